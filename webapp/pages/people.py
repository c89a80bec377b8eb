"""The back office's people: who may sign in, their links, their passwords, what they changed."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.errors import EmailInvalid, EmailTaken, LastOwner, LoginRefused, WeakPassword
from webapp.pages.admin_forms import InvitationForm, NewPasswordForm, PasswordForm, RoleForm
from webapp.shop import accounts, audits, invitations
from webapp.web import limits, numbers, signin
from webapp.web.words import Problem, words_for

bp = Blueprint("people", __name__, url_prefix="/admin")


@bp.get("/people")
@signin.needs("owner")
def everyone() -> ResponseReturnValue:
    """List the admins and the links that wait to be used."""
    return people_page(InvitationForm())


@bp.post("/people")
@signin.needs("owner")
def invite() -> ResponseReturnValue:
    """Make an invitation, and show its link this once."""
    form = InvitationForm()
    if not form.validate_on_submit():
        return people_page(form), 422
    try:
        token = invitations.invite(signin.required(), form.email.data, form.role.data)
    except (EmailInvalid, EmailTaken) as error:
        return people_page(form, problem=words_for(error)), error.status
    return people_page(InvitationForm(formdata=None), link=(form.email.data, token)), 201


@bp.post("/people/<int:id>/role")
@signin.needs("owner")
def change_role(id: int) -> ResponseReturnValue:
    """Give an admin another role."""
    form = RoleForm()
    if not form.validate_on_submit():
        return people_page(InvitationForm(formdata=None)), 422
    try:
        admin = accounts.change_role(signin.required(), id, form.role.data)
    except LastOwner as error:
        return people_page(InvitationForm(formdata=None), problem=words_for(error)), error.status
    flash(f"{admin.email} is {admin.role} now.")
    return redirect(url_for("people.everyone"), 303)


@bp.post("/people/<int:id>/link")
@signin.needs("owner")
def renew(id: int) -> ResponseReturnValue:
    """Make a link by which an admin sets a new password, and show it this once."""
    token = invitations.renewal(signin.required(), id)
    link = invitations.find(token).email, token
    return people_page(InvitationForm(formdata=None), link=link), 201


@bp.post("/people/<int:id>/remove")
@signin.needs("owner")
def remove(id: int) -> ResponseReturnValue:
    """Remove an admin."""
    try:
        accounts.remove(signin.required(), id)
    except LastOwner as error:
        return people_page(InvitationForm(formdata=None), problem=words_for(error)), error.status
    flash("They can no longer sign in.")
    return redirect(url_for("people.everyone"), 303)


@bp.post("/people/withdraw")
@signin.needs("owner")
def withdraw() -> ResponseReturnValue:
    """End an invitation or password link that nobody has used yet."""
    email = request.form.get("email", "")
    invitations.withdraw(signin.required(), email)
    flash(f"The link for {email} is worth nothing any more.")
    return redirect(url_for("people.everyone"), 303)


@bp.get("/changes")
@signin.needs("owner")
def changes() -> ResponseReturnValue:
    """Show what admins changed, the latest first."""
    number = numbers.page_asked()
    sought = request.args.get("q", "")[:120]
    told, pages = audits.page(signin.required(), number, sought)
    return render_template(
        "admin/changes.html", changes=told, page=number, pages=pages, sought=sought
    )


@bp.route("/password", methods=["GET", "POST"])
@signin.needs("viewer")
@limits.logins
def password() -> ResponseReturnValue:
    """Let an admin change their own password; they stay signed in here, and nowhere else."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return password_page(form), 422 if form.errors else 200
    try:
        admin = accounts.change_password(signin.required(), form.old.data, form.new.data)
    except LoginRefused:
        form.old.errors = ["That is not your password of now."]
        return password_page(form), 422
    except WeakPassword as error:
        return password_page(form, words_for(error)), error.status
    signin.begin(admin)
    flash("Your password is changed. You are signed out everywhere else.")
    return redirect(url_for("admin.frames"), 303)


@bp.route("/links/<token>", methods=["GET", "POST"])
@limits.logins
def link(token: str) -> ResponseReturnValue:
    """Let whoever holds a one-time link choose a password, and sign them in."""
    found = invitations.find(token)
    form = NewPasswordForm()
    problem = None
    if form.validate_on_submit():
        try:
            signin.begin(invitations.redeem(token, form.new.data))
            return redirect(url_for("admin.frames"), 303)
        except (EmailTaken, WeakPassword) as error:
            problem = words_for(error)
    status = 422 if form.errors or problem else 200
    page = render_template(
        "admin/link.html", form=form, link=found, token=token, problem=problem, least=least()
    )
    return page, status


def people_page(
    form: InvitationForm, problem: Problem | None = None, link: tuple[str, str] | None = None
) -> str:
    """Return the page of the admins; `link`: an address and the token to pass on to it."""
    return render_template(
        "admin/people.html",
        form=form,
        problem=problem,
        link=link,
        people=[(one, RoleForm(formdata=None, role=one.role)) for one in accounts.everyone()],
        pending=invitations.pending(),
    )


def password_page(form: PasswordForm, problem: Problem | None = None) -> str:
    """Return the page on which admins change their own password."""
    return render_template("admin/password.html", form=form, problem=problem, least=least())


def least() -> int:
    """Return how many characters a password has at least."""
    return accounts.LEAST_PASSWORD
