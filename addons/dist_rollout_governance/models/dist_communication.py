import logging
import re
from datetime import timedelta

import psycopg2
from markupsafe import Markup, escape
from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import is_html_empty

from .dist_body import INTERVALS, RHYTHMS

_logger = logging.getLogger(__name__)

# The editor may put a hard space where a person types a blank.
PLACEHOLDER = re.compile(r"\{\{(?:\s|&nbsp;|\u00a0)*(.*?)(?:\s|&nbsp;|\u00a0)*\}\}")


class DistCommunication(models.Model):
    """A planned message: to whom, when, by which channel and what it says.

    A message goes out *once a key*. The key names the occasion (a wave that came to a
    state, a site's cutover, a day), and the log keeps it: a step that is taken back
    and repeated, or a job that runs twice, tells nobody a second time.

    The text may hold placeholders (:meth:`_placeholders`), which are replaced by plain
    values; nothing in it is evaluated. Who needs more uses an e-mail template of the
    program, which follows Odoo's own rules on who may write expressions.
    """

    _name = "dist.communication"
    _description = "Planned Communication"
    _inherit = "dist.owned.mixin"
    _order = "program_id, next_date, id"
    _protected_fields = frozenset({"state", "planned_at"})

    name = fields.Char(required=True, tracking=True)
    purpose = fields.Text(help="What the audience knows, believes or does afterwards.")
    trigger = fields.Selection(
        [("event", "Program Event"), ("date", "Date"), ("cadence", "Cadence")],
        string="When",
        required=True,
        default="event",
        tracking=True,
    )
    event_code = fields.Selection(
        [
            ("program_started", "Program started"),
            ("phase_closed", "Phase closed"),
            ("blueprint_released", "Blueprint released"),
            ("decision_approved", "Decision approved"),
            ("site_cutover", "Site went live"),
        ],
        string="Event",
        tracking=True,
    )
    next_date = fields.Date(
        string="Next On", tracking=True, help="Day on which it goes out next."
    )
    cadence = fields.Selection(
        [rhythm for rhythm in RHYTHMS if rhythm[0] in INTERVALS], tracking=True
    )
    stakeholder_ids = fields.Many2many(
        "dist.stakeholder",
        "dist_communication_stakeholder_rel",
        string="Stakeholders",
        domain="[('program_id', '=', program_id)]",
    )
    partner_ids = fields.Many2many(
        "res.partner", "dist_communication_partner_rel", string="Other People"
    )
    group_ids = fields.Many2many(
        "res.groups",
        "dist_communication_group_rel",
        string="Roles",
        help="Users with one of these roles in a company of the program.",
    )
    to_site_teams = fields.Boolean(
        string="Site Teams",
        help="Managers and deputies of the sites the message is about.",
    )
    channel = fields.Selection(
        [
            ("message", "Message to Each Person"),
            ("discussion", "Discussion of the Program"),
            ("in_person", "In Person"),
        ],
        required=True,
        default="message",
        tracking=True,
        help="Message: by e-mail or in the inbox, as each person prefers. Discussion: "
        "a message in the chatter of the program as well. In person: the owner is "
        "reminded to do it.",
    )
    subject = fields.Char(help="May hold the placeholders below.")
    body = fields.Html(string="Message", help="May hold the placeholders below.")
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail Template",
        domain="[('model', '=', 'dist.program')]",
        ondelete="restrict",
        help="Instead of subject and message.",
    )
    placeholder_help = fields.Char(
        string="Placeholders", compute="_compute_placeholder_help"
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("planned", "Planned"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    planned_at = fields.Datetime(readonly=True, copy=False)
    log_ids = fields.One2many("dist.communication.log", "communication_id")
    log_count = fields.Integer(string="Times Sent", compute="_compute_log_count")
    last_sent_at = fields.Datetime(string="Last Sent", compute="_compute_log_count")

    def _compute_placeholder_help(self):
        self.placeholder_help = ", ".join(
            f"{{{{ {name} }}}}" for name in self._placeholders()
        )

    @api.depends("log_ids")
    @api.depends_context("uid")
    def _compute_log_count(self):
        figures = {
            communication: (count, last)
            for communication, count, last in self.env[
                "dist.communication.log"
            ]._read_group(
                [("communication_id", "in", self.ids)],
                ["communication_id"],
                ["__count", "sent_at:max"],
            )
        }
        for communication in self:
            communication.log_count, communication.last_sent_at = figures.get(
                communication._origin, (0, False)
            )

    @api.model
    def _placeholders(self):
        """Return the names that a subject or message may hold in double braces."""
        return [
            "program",
            "event",
            "sites",
            "wave",
            "subject_of_event",
            "date",
            "owner",
        ]

    @api.constrains("subject", "body")
    def _check_placeholders(self):
        known = set(self._placeholders())
        for communication in self:
            text = f"{communication.subject or ''} {communication.body or ''}"
            unknown = [name for name in PLACEHOLDER.findall(text) if name not in known]
            if unknown:
                raise ValidationError(
                    self.env._(
                        "There is no placeholder “%(name)s”. Use: %(known)s.",
                        name=unknown[0],
                        known=", ".join(self._placeholders()),
                    )
                )

    @api.constrains("mail_template_id")
    def _check_mail_template_id(self):
        for communication in self.sudo():
            template = communication.mail_template_id
            if template and template.model != "dist.program":
                raise ValidationError(
                    self.env._(
                        "%(template)s is no e-mail template of rollout programs.",
                        template=template.name,
                    )
                )

    @api.constrains("stakeholder_ids", "program_id")
    def _check_stakeholder_ids(self):
        for communication in self:
            for stakeholder in communication.stakeholder_ids:
                communication._check_program_of(stakeholder)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        # sudo: a message that went out counts whoever may see it.
        for communication in self.sudo():
            if communication.log_ids:
                raise UserError(
                    self.env._(
                        "%(communication)s was sent and stays on record. Cancel it, "
                        "or archive it.",
                        communication=communication.name,
                    )
                )

    # -- steps --------------------------------------------------------------------

    def _plan_obstacles(self):
        env = self.env
        obstacles = []
        if self.state == "planned":
            obstacles.append(env._("It is planned already."))
        if self.trigger == "event" and not self.event_code:
            obstacles.append(env._("Choose the event."))
        if self.trigger == "cadence" and not self.cadence:
            obstacles.append(env._("Choose the cadence."))
        if self.trigger != "event" and not self.next_date:
            obstacles.append(env._("Set the day on which it goes out."))
        if not self.mail_template_id and (not self.subject or is_html_empty(self.body)):
            obstacles.append(
                env._("Write subject and message, or choose an e-mail template.")
            )
        if not (
            self.stakeholder_ids
            or self.partner_ids
            or self.group_ids
            or self.to_site_teams
        ):
            obstacles.append(env._("Name the audience."))
        if self.channel == "in_person" and not self.owner_id:
            obstacles.append(env._("Name the owner, who does it in person."))
        return obstacles

    def action_plan(self):
        """Release the messages: from now on they go out when their time comes."""
        self._take_step(
            "plan", {"state": "planned", "planned_at": fields.Datetime.now()}
        )

    def _draft_obstacles(self):
        if self.state == "draft":
            return [self.env._("It is a draft.")]
        return []

    def action_draft(self):
        """Take the messages back to work on them."""
        self._take_step("draft", {"state": "draft", "planned_at": False})

    def _cancel_obstacles(self):
        if self.state not in ("draft", "planned"):
            return [self.env._("Only what is still to come is cancelled.")]
        return []

    def action_cancel(self):
        """Call the messages off."""
        self._take_step("cancel", {"state": "cancelled"})

    def action_preview(self):
        """Show the message as the audience would get it, without sending it."""
        self.ensure_one()
        # sudo: names of the program and its sites, shown to who plans the message.
        self.check_access("write")
        subject, body = self.sudo()._render(self._event_sites(), {})
        people = self.sudo()._audience(self._event_sites())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview"),
            "res_model": "dist.communication.preview",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_subject": subject,
                "default_body": body,
                "default_recipients": ", ".join(people.mapped("display_name")),
            },
        }

    # -- sending --------------------------------------------------------------------

    def _event_sites(self):
        """Return the sites the message is about when the occasion names none."""
        return self.site_id or self.program_id.site_ids

    def _send(self, key, sites=None, values=None):
        """Send these messages for an occasion; what the log knows is left out.

        Called as superuser. A message that can't be rendered or sent keeps nobody
        from taking the step that it tells about: the error is put before its owner.

        :param key: name of the occasion, the same for each repetition
        :param sites: the sites it is about; empty: those of the message
        :param values: placeholder values by name
        :return: the messages that went out
        """
        Log = self.env["dist.communication.log"]
        sent = self.browse()
        for communication in self - Log._already_sent(self, key):
            try:
                with self.env.cr.savepoint():
                    communication._send_once(key, sites, values or {})
                sent |= communication
            except (psycopg2.InterfaceError, TransactionRollbackError):
                raise
            except Exception as error:
                _logger.exception("Communication %s was not sent", communication.id)
                communication._tell_responsible(
                    self.env._("This message could not be sent"), str(error)
                )
        return sent

    def _send_once(self, key, sites, values):
        self.ensure_one()
        sites = sites or self._event_sites()
        partners = self._audience(sites)
        if not partners:
            raise UserError(self.env._("Nobody is in the audience any more."))
        subject, body = self._render(sites, values)
        # Logged before it is sent: a second job fails here, before anybody is told.
        self.env["dist.communication.log"]._append(
            self, key, sites, partners, subject, body
        )
        getattr(self, f"_deliver_{self.channel}")(partners, subject, body)

    def _deliver_message(self, partners, subject, body):
        self.program_id.message_notify(**self._prepare_message(partners, subject, body))

    def _deliver_discussion(self, partners, subject, body):
        self.program_id.message_post(
            subtype_xmlid="mail.mt_comment",
            **self._prepare_message(partners, subject, body),
        )

    def _deliver_in_person(self, partners, subject, body):
        names = ", ".join(partners.mapped("display_name"))
        self._tell_responsible(
            self.env._("Tell in person: %(subject)s", subject=subject),
            Markup("<p>%s</p>%s") % (names, body),
        )

    def _prepare_message(self, partners, subject, body):
        """Return the arguments of the message: it comes from the owner."""
        author = self.owner_id.partner_id or self.env.user.partner_id
        return {
            "subject": subject,
            "body": body,
            "partner_ids": partners.ids,
            "author_id": author.id,
            "email_from": author.email_formatted or None,
            # whoever planned the message may be part of its audience
            "notify_author": True,
        }

    def _audience(self, sites):
        """Return the partners the message goes to, each once."""
        self.ensure_one()
        companies = self.site_id.company_id or self.program_id.company_ids
        users = self.group_ids.all_user_ids.filtered(
            lambda user: not user.share and user.company_ids & companies
        )
        if self.to_site_teams:
            users |= self._site_people(sites)
        partners = (
            self.partner_ids
            | self.stakeholder_ids.filtered("active").partner_id
            | users.filtered("active").partner_id
        )
        return partners.filtered("active")

    @api.model
    def _site_people(self, sites):
        """Return the users of the sites' teams."""
        return sites.member_ids

    def _render(self, sites, values):
        """Return subject and body for an occasion; every value is escaped."""
        self.ensure_one()
        if self.mail_template_id:
            rendered = self.mail_template_id._generate_template(
                self.program_id.ids, ("subject", "body_html")
            )[self.program_id.id]
            return rendered["subject"], Markup(rendered["body_html"])
        values = {**self._placeholder_values(sites), **values}

        def replace(match, quote):
            return quote(str(values.get(match.group(1)) or ""))

        subject = PLACEHOLDER.sub(lambda match: replace(match, str), self.subject or "")
        body = PLACEHOLDER.sub(
            lambda match: replace(match, escape), str(self.body or "")
        )
        # The text was sanitized when it was written, and the values are escaped.
        return " ".join(subject.split()), Markup(body)

    def _placeholder_values(self, sites):
        """Return the value of each placeholder that the occasion does not give."""
        self.ensure_one()
        events = dict(self._fields["event_code"]._description_selection(self.env))
        today = fields.Date.context_today(self)
        return {
            "program": self.program_id.name,
            "event": events.get(self.event_code, ""),
            "sites": ", ".join(sites.mapped("name")),
            "date": fields.Date.to_string(today),
            "owner": self.owner_id.name,
        }

    def action_open_log(self):
        """Open what was sent."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_communication_log_action"
        )
        return dict(action, domain=[("communication_id", "=", self.id)], context={})

    # -- scheduled ------------------------------------------------------------------

    @api.model
    def _cron_send_due(self):
        """Send what is due by its date or cadence, and for the sites gone live."""
        today = fields.Date.context_today(self)
        due = self.search(
            [
                ("state", "=", "planned"),
                ("trigger", "in", ("date", "cadence")),
                ("next_date", "<=", today),
            ]
        )
        cutovers = self._due_cutovers()
        Cron = self.env["ir.cron"]
        Cron._commit_progress(remaining=len(due) + len(cutovers))
        for communication in due:
            communication._send_due(today)
            if not Cron._commit_progress(1):
                return
        for communication, site in cutovers:
            communication._send(self._cutover_key(site), site)
            if not Cron._commit_progress(1):
                return

    def _send_due(self, today):
        """Send the message of a day and plan its next day.

        Days that were missed are not made up for: the message goes out once.
        """
        self._send(fields.Date.to_string(self.next_date))
        if self.trigger == "date":
            self.state = "done"
            return
        interval = INTERVALS[self.cadence]
        day = self.next_date + interval
        if day <= today and isinstance(interval, timedelta):
            day += interval * ((today - day) // interval + 1)
        while day <= today:
            day += interval
        self.next_date = day

    @api.model
    def _cutover_key(self, site):
        return f"dist.site/{site.id}/site_cutover"

    @api.model
    def _due_cutovers(self):
        """Return (message, site) for the cutovers since the message was planned."""
        planned = self.search(
            [
                ("state", "=", "planned"),
                ("trigger", "=", "event"),
                ("event_code", "=", "site_cutover"),
            ]
        )
        if not planned:
            return []
        sites = self.env["dist.site"].search(
            [
                ("program_id", "in", planned.program_id.ids),
                ("cutover_at", ">=", min(planned.mapped("planned_at"))),
                ("cutover_at", "<=", fields.Datetime.now()),
            ]
        )
        Log = self.env["dist.communication.log"]
        known = {
            (log.communication_id, log.key)
            for log in Log.search([("communication_id", "in", planned.ids)])
        }
        return [
            (communication, site)
            for communication in planned
            for site in sites
            if site.program_id == communication.program_id
            and communication.site_id in (site, site.browse())
            and site.cutover_at >= communication.planned_at
            and (communication, self._cutover_key(site)) not in known
        ]
