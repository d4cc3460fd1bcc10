"""The office under load: a county grown from a small swept one, its installation, its users, and a peer."""
