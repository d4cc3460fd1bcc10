"""The first page after the login, and the few pages that belong to no subject."""
