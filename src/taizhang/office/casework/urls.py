"""Addresses of the loop."""

from django.urls import path

from taizhang.office.casework import views

urlpatterns = [
    path("findings/<str:finding_id>/dispatch", views.dispatch, name="case_dispatch"),
    path("findings/<str:finding_id>/reject", views.reject, name="case_reject"),
    path("findings/<str:finding_id>/start", views.start, name="case_start"),
    path("findings/<str:finding_id>/confirm", views.confirm, name="case_confirm"),
    path("findings/<str:finding_id>/deny", views.deny, name="case_deny"),
    path("findings/<str:finding_id>/ask", views.ask, name="case_ask"),
    path("findings/<str:finding_id>/answer", views.answer, name="case_answer"),
    path("findings/<str:finding_id>/withdraw", views.withdraw, name="case_withdraw"),
    path("findings/<str:finding_id>/review/village", views.review, {"level": "village"}, name="review_village"),
    path("findings/<str:finding_id>/review/town", views.review, {"level": "town"}, name="review_town"),
    path("findings/<str:finding_id>/review/county", views.review, {"level": "county"}, name="review_county"),
    path("findings/<str:finding_id>/close", views.close, name="case_close"),
    path("findings/<str:finding_id>/confirm/preview", views.preview, name="case_preview"),
    path("findings/<str:finding_id>/settle", views.settle, name="case_settle"),
    path("findings/<str:finding_id>/statement", views.state, name="case_state"),
    path("findings/<str:finding_id>/owner", views.transfer, name="case_transfer"),
    path("findings/<str:finding_id>/evidence", views.evidence_add, name="evidence_add"),
    path("findings/<str:finding_id>/exemption", views.exemption_propose, name="exemption_propose"),
    path("evidence/<int:evidence_id>", views.evidence, name="evidence"),
    path("bulk", views.bulk, name="bulk"),
    path("tasks/", views.tasks, name="tasks"),
    path("tasks/export", views.tasks_export, name="tasks_export"),
    path("notices/", views.notices, name="notices"),
    path("exemptions/", views.exemptions, name="exemptions"),
    path("exemptions/export", views.exemptions_export, name="exemptions_export"),
    path("exemptions/<int:exemption_id>", views.exemption_decide, name="exemption_decide"),
    path("handbacks/", views.handbacks, name="handbacks"),
    path("handbacks/export", views.handbacks_export, name="handbacks_export"),
    path("handbacks/new", views.handback_new, name="handback_new"),
    path("handbacks/<int:handback_id>/", views.handback, name="handback"),
    path("handbacks/<int:handback_id>/export", views.handback_export, name="handback_export"),
    path("handbacks/<int:handback_id>/file", views.handback_file, name="handback_file"),
    path("handbacks/<int:handback_id>/entered", views.handback_entered, name="handback_entered"),
    path("terms/", views.terms, name="terms"),
    path("terms/clock/<str:name>", views.term_save, name="term_save"),
    path("terms/review/<str:level>", views.policy_save, name="policy_save"),
]
