"""Counting the votes of a body: the one place that says when it has decided."""


def outcome(votes, quorum, open_seats):
    """Return what a body has decided, or None while it has not.

    A decision falls as soon as the quorum is reached and there are more votes on one
    side than on the other; abstentions count for the quorum only. A tie stays open
    for the seats that have not voted yet. When there are none left, the chair's vote
    decides, and without one the proposal is rejected. Below the quorum nothing is
    decided, however many seats are left.

    :param votes: list of (choice, role of the seat); choice is ``for``,
        ``against`` or ``abstain``
    :param quorum: number of votes the body needs
    :param open_seats: number of seats that may still vote
    :return: ``approved``, ``rejected`` or None

    >>> for_, against = ("for", "member"), ("against", "member")
    >>> outcome([for_, for_], 3, 3)
    >>> outcome([for_, for_, against], 3, 2)
    'approved'
    >>> outcome([for_, against, ("abstain", "member")], 3, 1)
    >>> outcome([for_, against, ("abstain", "member")], 3, 0)
    'rejected'
    >>> outcome([("for", "chair"), against], 2, 0)
    'approved'
    """
    if len(votes) < quorum:
        return None
    in_favor = sum(1 for choice, _role in votes if choice == "for")
    against = sum(1 for choice, _role in votes if choice == "against")
    if in_favor != against:
        return "approved" if in_favor > against else "rejected"
    if open_seats:
        return None
    chair = [choice for choice, role in votes if role == "chair"]
    return "approved" if chair == ["for"] else "rejected"
