"""The county office (Django). Empty until its issue."""
