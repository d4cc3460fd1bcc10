"""Ending sessions."""

from django.contrib.sessions.models import Session
from django.utils import timezone


def end_sessions(user_id: int) -> None:
    """End all sessions of a user (ASVS 5 V7.4.2)."""
    for session in Session.objects.filter(expire_date__gte=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user_id):
            session.delete()
