"""Statements that write support tickets and their targets."""

TICKETS = """
INSERT INTO helpdesk_ticket (number, name, description, company_id, team_id, stage_id,
                             dist_site_id, dist_severity, dist_impact, dist_urgency,
                             dist_type, active, user_id, create_uid, create_date,
                             last_stage_update)
SELECT 'BENCH' || n, 'Ticket ' || n, 'What is wrong', %(company)s, (%(teams)s)[place],
       CASE WHEN n %% 30 = 0 THEN %(stage_open)s ELSE %(stage_done)s END,
       (%(sites)s)[place], (1 + n %% 4)::varchar, 'team', 'today', 'incident', TRUE,
       %(uid)s, %(uid)s, moment, moment
  FROM generate_series(1, %(tickets)s) n
 CROSS JOIN LATERAL (
       SELECT 1 + (n + n / 100) %% cardinality(%(sites)s) AS place,
              %(start)s::timestamp + (n::float / %(tickets)s) * %(minutes)s
              * INTERVAL '1 minute' AS moment) x
"""

TARGETS = """
INSERT INTO helpdesk_ticket_sla (ticket_id, sla_id, deadline, state, create_uid,
                                 create_date)
SELECT t.id, %(target)s, t.create_date + INTERVAL '8 hours',
       CASE WHEN t.id %% 11 = 0 THEN 'expired' ELSE 'accomplished' END, %(uid)s,
       t.create_date
  FROM helpdesk_ticket t WHERE t.number LIKE 'BENCH%%'
"""

STATEMENTS = (TICKETS, TARGETS)
