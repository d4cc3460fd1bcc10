"""What desk pages are made of: tables, filters, charts, facts. Templates: office/parts; guide: docs/developer/desk-pages.md."""
