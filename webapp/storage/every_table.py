"""All tables, wherever they are declared: whoever walks through the metadata imports this."""

from webapp.storage import batch_tables as batch_tables
from webapp.storage import catalogue_tables as catalogue_tables
from webapp.storage import figure_tables as figure_tables
from webapp.storage import import_tables as import_tables
from webapp.storage import setting_tables as setting_tables
from webapp.storage import tables as tables
from webapp.storage import visit_tables as visit_tables
from webapp.storage.database import Base as Base
