"""One job from stdin, the file to stdout, progress and result to stderr."""

import os
import signal
import sys
from collections.abc import Iterator
from importlib.abc import MetaPathFinder
from types import FrameType
from typing import Any

from portal_app.export_process.job import Job, parse_job
from portal_app.export_process.output import Output, Progress, tell
from portal_app.export_process.read import Batch, read_ahead
from portal_app.export_process.totals import Totals

CANCELLED = 128 + signal.SIGPIPE


class _NoPandas(MetaPathFinder):
    """Arrow imports pandas, if installed, with the first array it makes: 0.15 s and 60 MB for nothing."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        if name == 'pandas':
            raise ModuleNotFoundError(name)


def main() -> int:
    """The exit code: 0 done, 1 failed (told on stderr), 141 nobody reads stdout any more, 143 ended."""
    sys.meta_path.insert(0, _NoPandas())
    signal.signal(signal.SIGTERM, _end)
    try:
        _run(parse_job(sys.stdin.readline()))
        return 0
    except BrokenPipeError:
        return CANCELLED
    except SystemExit as ended:
        return int(ended.code or 0)
    except Exception as error:
        tell({'error': f'{type(error).__name__}: {error}'})
        return 1


def _run(job: Job) -> None:
    out, progress, totals = Output(), Progress(), Totals(job)
    _write(job, _watched(job, out, progress, totals), out)
    result = {'rows': progress.rows, 'sha256': out.sha256.hexdigest(), 'bytes': out.bytes}
    tell({'done': True, **result, 'totals': totals.texts()})


def _watched(job: Job, out: Output, progress: Progress, totals: Totals) -> Iterator[Batch]:
    for batch in read_ahead(job, out.stop_if_closed):
        totals.add(batch)
        progress.add(len(batch[0]))
        yield batch


def _write(job: Job, batches: Iterator[Batch], out: Output) -> None:
    """Imports only what the format needs."""
    if job.format == 'csv':
        from portal_app.export_process.csv_lines import write_csv as write
    elif job.format == 'jsonl':
        from portal_app.export_process.json_lines import write_json_lines as write
    else:
        from portal_app.export_process.workbook import write_workbook as write
    write(job, batches, out)


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + signal.SIGTERM)  # so that temporary files are removed


if __name__ == '__main__':
    # At once: the reading thread may be amid a batch, and there is nothing left to tidy.
    os._exit(main())
