"""Django settings of the office. Everything that differs between installations comes from `installation`."""

from pathlib import Path

from taizhang.office.crypto.keyring import KeyRing
from taizhang.office.faults import RUN_LOG
from taizhang.office.installation import installation

INSTALLATION = installation()
KEY_RING = KeyRing.load(INSTALLATION.keys)
DEMO = KEY_RING.is_demo
"""All persons are made up and the passwords lie beside the data; says so on every page, and asks for no second factor."""

BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = KEY_RING.secret("session")
DEBUG = INSTALLATION.debug
ALLOWED_HOSTS = list(INSTALLATION.hosts)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_htmx",
    "taizhang.office.access",
    "taizhang.office.ledger",
    "taizhang.office.crypto",
    "taizhang.office.places",
    "taizhang.office.accounts",
    "taizhang.office.people",
    "taizhang.office.findings",
    "taizhang.office.jobs",
    "taizhang.office.casework",
    "taizhang.office.sources",
    "taizhang.office.frames",
    "taizhang.office.rechecks",
    "taizhang.office.duedates",
    "taizhang.office.quality",
    "taizhang.office.desk",
    "taizhang.office.parts",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "taizhang.office.access.headers.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "taizhang.office.accounts.language.AccountLanguage",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "taizhang.office.access.middleware.AccessMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "taizhang.office.urls"
WSGI_APPLICATION = "taizhang.office.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "taizhang.office.access.navigation.navigation",
                "taizhang.office.parts.header.header",
            ],
        },
    }
]

DATABASES = {"default": INSTALLATION.databases()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "taizhang.office.accounts.passwords.NoRepetition"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "taizhang.office.accounts.adapter.OfficeAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
# A slower limit per address beside the lock-out below, which keeps a user at an address.
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip"}
MFA_ADAPTER = "taizhang.office.accounts.adapter.OfficeMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "台账"
# Browsers offer passkeys over HTTPS and on this very machine only; the library must know that the latter is meant.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not INSTALLATION.https
SECOND_FACTOR_REQUIRED = INSTALLATION.second_factor and not DEMO

# ASVS 5 V6.3.1: five failures lock a user at an address for a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "429.html"

# Shared by all processes of the office: codes of a second factor that were used, and failures counted by address.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "office_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# ASVS 5 V7.3: half an hour idle, half a day at most (access.sessions prolongs the one and keeps the other).
SESSION_COOKIE_AGE = 30 * 60
SESSION_ABSOLUTE_SECONDS = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = INSTALLATION.https
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if INSTALLATION.https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "accounts" / "wording"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

LOGGING = RUN_LOG

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = INSTALLATION.home / "static"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # more than a submission may hold: the office says so in its own words

# kind of job: (queue, handler). A queue in jobs.models.SINGLE_QUEUES runs one job at a time.
JOB_HANDLERS: dict[str, tuple[str, str]] = {
    "delivery.follow": ("fast", "taizhang.office.duedates.jobs.run_follow"),
    "handback.write": ("export", "taizhang.office.casework.jobs.write_handback"),
    "intake.propose": ("sweep", "taizhang.office.sources.services.submissions.propose"),
    "intake.watch": ("fast", "taizhang.office.sources.jobs.watch"),
    "keys.reseal": ("fast", "taizhang.office.crypto.jobs.reseal"),
    "ledger.check": ("fast", "taizhang.office.ledger.jobs.check"),
    "uploads.clear": ("fast", "taizhang.office.sources.jobs.clear"),
    "sweep.run": ("sweep", "taizhang.office.sources.jobs.run_sweep"),
    "casework.remind": ("fast", "taizhang.office.casework.jobs.daily"),
}

# What lies sealed, by subject, for the rotation of keys; and how blind indexes are made anew.
SEALED = (
    "taizhang.office.accounts.sealed.sealed",
    "taizhang.office.people.sealed.sealed",
    "taizhang.office.findings.sealed.sealed",
    "taizhang.office.casework.sealed.sealed",
)
REINDEX = "taizhang.office.findings.sealed.reindex"
