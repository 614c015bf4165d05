"""Invented companies and people. The first company of a family is the parent of the others."""

FAMILIES = (
    ('Acme Logistics', 'Acme Freight Nordics', 'Acme Warehousing Iberia'), ('Globex Robotics',), ('Initech Software',),
    ('Umbra Health Group', 'Umbra Diagnostics', 'Umbra Clinics South'), ('Stark & Sohn Maschinenbau',), ('Hooli Gardens',),
    ('Vandelay Imports', 'Vandelay Latex'), ('Blue Heron Analytics',), ('Kestrel Insurance',), ('Maple & Pine Furniture',),
    ('Ōkami Games',), ('Sírius Energia', 'Sírius Solar do Norte'), ('Tyrell Optics',), ('Wayfarer Travel',), ('Zephyr Wind Parks',),
    ('Brightwater Utilities', 'Brightwater Metering', 'Brightwater Field Services'), ('Cobalt Bank',), ('Dunder Paper Works',),
    ('Ember Foods',), ('Fjord Shipping', 'Fjord Port Services'), ('Gable Real Estate',), ('Harbour Street Dental',),
    ('Ivory Tower Publishing',), ('Juniper Schools Trust',), ('Krause Bäckerei GmbH & Co. KG',), ('Lumen Film',),
    ('Meridian Satellite Communications International',), ('Nimbus Weather',), ('Orchard Pharmacies',), ('Pavo Textiles',),
)
_FIRST = ('Amara', 'Bjørn', 'Carla', 'Dmitri', 'Elif', 'Farid', 'Greta', 'Hiro', 'Inês', 'Jonas', 'Katarzyna', 'Liam', 'Mei',
          'Noor', 'Oscar', 'Priya', 'Quentin', 'Rosa', 'Sven', 'Tomás', 'Uma', 'Viktor', 'Wanda', 'Yusuf', 'Zoë')
_LAST = ('Adeyemi', 'Berg', 'Castro', 'Dvořák', 'Eriksen', 'Fischer', 'García', 'Haddad', 'Ito', 'Jensen', 'Kowalska', 'Lindqvist')
PEOPLE = tuple(f'{first} {last}' for last in _LAST for first in _FIRST)
