"""How complex a site is for a rollout: a score from 0 to 100.

Each factor gives a share from 0 (simple) to 1 (as hard as it gets) of its weight; the
weights add up to 100. The factors are those by which rollout programs group sites into
waves: transaction volume, master data, traceability, storage, integrations, customer
and regulatory requirements, legacy systems, shifts and languages.
"""

# upper bounds of the order and receipt lines per day of a class
VOLUME_CLASSES = [("low", 100), ("medium", 500), ("high", 2000), ("very_high", None)]
VOLUME_SHARES = {"low": 0.0, "medium": 0.35, "high": 0.7, "very_high": 1.0}
TRACEABILITY_SHARES = {"none": 0.0, "lot": 0.5, "serial": 0.75, "expiry": 1.0}
WEIGHTS = {
    "volume": 25,
    "assortment": 10,
    "traceability": 15,
    "storage": 10,
    "integrations": 15,
    "requirements": 10,
    "legacy": 10,
    "people": 5,
}
CLASS_BOUNDS = [("low", 30), ("medium", 60), ("high", None)]


def volume_class(lines_per_day):
    """Return the class of the order and receipt lines a site handles in a day."""
    return _class_of(lines_per_day, VOLUME_CLASSES)


def complexity_class(score):
    """Return ``low``, ``medium`` or ``high``."""
    return _class_of(score, CLASS_BOUNDS)


def contributions(
    volume,
    sku_count,
    traceability,
    storage_methods,
    integrations,
    requirements,
    legacy_systems,
    shifts,
    languages,
):
    """Return the points of each factor, in the order of :data:`WEIGHTS`.

    :param volume: a class of :data:`VOLUME_CLASSES`
    :param traceability: a key of :data:`TRACEABILITY_SHARES`
    The others are counts; none and one storage method, legacy system, shift or
    language are the simple case.
    """
    shares = {
        "volume": VOLUME_SHARES[volume],
        "assortment": _share(sku_count, 10000),
        "traceability": TRACEABILITY_SHARES[traceability],
        "storage": _share(storage_methods - 1, 3),
        "integrations": _share(integrations, 5),
        "requirements": _share(requirements, 4),
        "legacy": _share(legacy_systems - 1, 2),
        "people": _share(shifts - 1 + languages - 1, 3),
    }
    return {name: round(weight * shares[name], 1) for name, weight in WEIGHTS.items()}


def _class_of(figure, classes):
    return next(name for name, bound in classes if bound is None or figure < bound)


def _share(count, full):
    return min(max(count, 0) / full, 1.0)
