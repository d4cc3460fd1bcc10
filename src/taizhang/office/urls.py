"""Every address of the office. Each name has its row in access/permissions.toml."""

from django.urls import URLPattern, URLResolver, include, path

from taizhang.office.accounts.language import choose_language
from taizhang.office.desk import views as desk
from taizhang.office.findings import views as findings
from taizhang.office.jobs import views as jobs
from taizhang.office.people import views as people
from taizhang.office.people.views.reads import person_reads, person_reads_export
from taizhang.office.quality import views as quality

urlpatterns: list[URLPattern | URLResolver] = [
    path("", desk.home, name="home"),
    path("health", desk.health, name="health"),
    path("tasks/of/<int:user_id>", desk.reassign, name="reassign"),
    path("language", choose_language, name="set_language"),
    path("", include("taizhang.office.sources.urls")),
    path("", include("taizhang.office.casework.urls")),
    path("", include("taizhang.office.duedates.urls")),
    path("", include("taizhang.office.frames.urls")),
    path("", include("taizhang.office.rechecks.urls")),
    path("", include("taizhang.office.accounts.urls")),
    path("", include("taizhang.office.ledger.urls")),
    path("", include("taizhang.office.crypto.urls")),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<int:job_id>/", jobs.job_progress, name="job_progress"),
    path("jobs/<int:job_id>/cancel", jobs.job_cancel, name="job_cancel"),
    path("jobs/<int:job_id>/restart", jobs.job_restart, name="job_restart"),
    path("plan/", jobs.schedules, name="schedules"),
    path("plan/new", jobs.schedule_save, name="schedule_new"),
    path("plan/<int:schedule_id>/", jobs.schedule_edit, name="schedule_edit"),
    path("plan/<int:schedule_id>/save", jobs.schedule_save, name="schedule_save"),
    path("calendar/", jobs.calendar, name="calendar"),
    path("calendar/save", jobs.calendar_save, name="calendar_save"),
    path("sweeps/", findings.sweeps, name="sweeps"),
    path("sweeps/export", findings.sweeps_export, name="sweeps_export"),
    path("sweeps/<slug:name>/", findings.sweep, name="sweep"),
    path("scores/", quality.scores, name="scores"),
    path("scores/export", quality.scores_export, name="scores_export"),
    path("scores/limits", quality.limit_save, name="limit_save"),
    path("findings/", findings.findings, name="findings"),
    path("findings/rows", findings.finding_rows, name="finding_rows"),
    path("findings/rows/export", findings.finding_rows_export, name="finding_rows_export"),
    path("findings/export", findings.findings_export, name="findings_export"),
    path("findings/views", findings.view_save, name="view_save"),
    path("findings/views/<int:view_id>/drop", findings.view_drop, name="view_drop"),
    path("findings/<slug:short_id>/", findings.finding, name="finding"),
    path("people/", people.search, name="search"),
    path("people/in/<slug:place>/", people.persons, name="persons"),
    path("people/in/<slug:place>/export", people.persons_export, name="persons_export"),
    path("people/results", people.search_results, name="search_results"),
    path("people/results/export", people.search_results_export, name="search_results_export"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/reveal", people.person_reveal, name="person_reveal"),
    path("people/<int:person_id>/reads", person_reads, name="person_reads"),
    path("people/<int:person_id>/reads/export", person_reads_export, name="person_reads_export"),
    path("households/<int:household_id>/", people.household, name="household"),
]

handler500 = "taizhang.office.faults.server_error"
