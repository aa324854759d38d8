from . import export_document
