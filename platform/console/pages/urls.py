"""Addresses of the console."""

from django.urls import path

from console.pages import certificates, council_acts, councils, home, log, operators, proposals

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("operators", operators.index, name="operators"),
    path("operators/invite", operators.invite, name="invite_operator"),
    path("operators/<uuid:operator_id>", operators.show, name="operator"),
    path("operators/<uuid:operator_id>/roles", operators.change_roles, name="operator_roles"),
    path("operators/<uuid:operator_id>/close", operators.close, name="close_operator"),
    path("operators/<uuid:operator_id>/reopen", operators.reopen, name="reopen_operator"),
    path("operators/<uuid:operator_id>/invite-again", operators.invite_again, name="invite_operator_again"),
    path("log", log.index, name="log"),
    path("log.csv", log.export, name="log_csv"),
    path("proposals", proposals.index, name="proposals"),
    path("proposals/<uuid:proposal_id>", proposals.show, name="proposal"),
    path("proposals/<uuid:proposal_id>/decide", proposals.decide, name="decide_proposal"),
    path("proposals/<uuid:proposal_id>/withdraw", proposals.withdraw, name="withdraw_proposal"),
    path("councils", councils.index, name="councils"),
    path("councils/<uuid:council_id>", councils.show, name="council"),
    path("councils/<uuid:council_id>/progress", councils.progress, name="council_progress"),
    path("councils/<uuid:council_id>/hosts", council_acts.rename, name="rename_council"),
    path("councils/<uuid:council_id>/suspend", council_acts.suspend, name="suspend_council"),
    path("councils/<uuid:council_id>/resume", council_acts.resume, name="resume_council"),
    path("councils/<uuid:council_id>/exit-copy", council_acts.export, name="export_council"),
    path("councils/<uuid:council_id>/delete", council_acts.delete, name="delete_council"),
    path("councils/<uuid:council_id>/keep", council_acts.keep, name="keep_council"),
    path("councils/<uuid:council_id>/template", council_acts.mark_template, name="mark_template"),
    path("councils/<uuid:council_id>/support", council_acts.ask_support, name="ask_support"),
    path("councils/<uuid:council_id>/orders/<uuid:order_id>/again", council_acts.order_again, name="order_again"),
    path("councils/<uuid:council_id>/certificate", certificates.show, name="certificate"),
    path("councils/<uuid:council_id>/certificate.pdf", certificates.pdf, name="certificate_pdf"),
    path("councils/<uuid:council_id>/certificate.json", certificates.json, name="certificate_json"),
]
