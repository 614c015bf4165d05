"""A slow connection between a browser and the server: what is sent down arrives at so many bytes a second."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Thread
from time import sleep
from urllib.parse import urlsplit

PIECE = 64 * 1024
UPWARDS = 10**9


@contextmanager
def slow_line(address: str, rate: int) -> Iterator[str]:
    """The address under which this server is reached slowly, until the block ends."""
    host, port = urlsplit(address).hostname or '', urlsplit(address).port or 80
    with closing(socket.create_server(('127.0.0.1', 0))) as listening:
        Thread(target=_accept, args=(listening, host, port, rate), daemon=True).start()
        yield f'http://127.0.0.1:{listening.getsockname()[1]}'


def _accept(listening: socket.socket, host: str, port: int, rate: int) -> None:
    with suppress(OSError):  # closed: the line is down
        while True:
            near, _ = listening.accept()
            far = socket.socket()
            far.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE
            )  # or the kernel takes in megabytes at once
            far.connect((host, port))
            for source, target, speed in ((near, far, UPWARDS), (far, near, rate)):
                Thread(target=_pass_on, args=(source, target, speed), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, rate: int) -> None:
    with suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
            sleep(len(piece) / rate)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
            end.close()
