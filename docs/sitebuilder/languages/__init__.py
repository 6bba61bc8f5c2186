"""The two languages of the site, their catalogs, and what gettext does not reach."""
