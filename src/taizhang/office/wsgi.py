"""The office as a WSGI application."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taizhang.office.settings")
application = wrap_wsgi_with_proxy_headers(get_wsgi_application(), list(settings.INSTALLATION.proxies))
"""Who asked, and whether over HTTPS, as the proxy in front says it; what anybody else says of themselves is not believed."""
