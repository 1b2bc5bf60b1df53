"""Addresses of sign-in."""

from django.urls import path

from core.accounts.pages import joining, my_sign_in, passkeys, passwords, second_factor, sessions, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign_in"),
    path("sign-in/code", second_factor.second_factor, name="second_factor"),
    path("sign-in/recovery-code", second_factor.recovery_code, name="recovery_code"),
    path("sign-in/passkey/begin", passkeys.begin_sign_in, name="passkey_begin"),
    path("sign-in/passkey/complete", passkeys.complete_sign_in, name="passkey_complete"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("join/<str:token>", joining.join, name="join"),
    path("set-up", joining.set_up, name="set_up"),
    path("set-up/authenticator", joining.enrol_authenticator, name="enrol_authenticator"),
    path("set-up/passkey/begin", passkeys.begin_enrolment, name="enrol_passkey_begin"),
    path("set-up/passkey/complete", passkeys.complete_enrolment, name="enrol_passkey_complete"),
    path("set-up/recovery-codes", joining.recovery_codes, name="recovery_codes"),
    path("set-up/recovery-codes/file", joining.recovery_codes_file, name="recovery_codes_file"),
    path("reset-password", passwords.ask_for_reset, name="reset_password"),
    path("reset-password/<uuid:user_id>/<str:token>", passwords.choose_password, name="choose_password"),
    path("session/extend", sessions.extend, name="extend"),
    path("drafts/<uuid:draft_id>", sessions.draft, name="draft"),
    path("my-sign-in", my_sign_in.show, name="my_sign_in"),
    path("my-sign-in/confirm", my_sign_in.confirm, name="confirm"),
    path("my-sign-in/password", passwords.change_password, name="change_password"),
    path("my-sign-in/<str:kind>/<int:factor_id>/name", my_sign_in.rename, name="rename_factor"),
    path("my-sign-in/<str:kind>/<int:factor_id>/remove", my_sign_in.remove, name="remove_factor"),
    path("my-sign-in/sessions/<uuid:session_id>/end", my_sign_in.end_session, name="end_session"),
]
