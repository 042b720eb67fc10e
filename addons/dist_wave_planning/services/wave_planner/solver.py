"""The engine that uses CP-SAT of OR-Tools, when it is installed."""

from .objective import balanced_waves, effort_spread
from .problem import GROUP_WEIGHTS


def cp_model_module():
    """Return the solver's module, or None where OR-Tools is not installed."""
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        return None
    return cp_model


def solve(problem, hint):
    """Return ``(places or None, objective, bound, whether None is proven)``."""
    cp_model = cp_model_module()
    model = cp_model.CpModel()
    inside = {
        (site.key, number): model.new_bool_var(f"{site.key}/{number}")
        for site in problem.sites
        for number in problem.candidates(site)
    }
    for site in problem.sites:
        model.add_exactly_one(
            inside[site.key, number] for number in problem.candidates(site)
        )
    loads = _add_capacities(problem, model, inside)
    _add_order(problem, model, inside)
    waiting = sum(
        problem.costs[key] * number * variable
        for (key, number), variable in inside.items()
    )
    # true of every plan, and what the solver takes long to find out by itself
    model.add(waiting >= _least_waiting(problem))
    model.minimize(
        waiting
        + sum(_group_costs(problem, model, inside, hint))
        + problem.spread_weight * _spread(problem, model, loads, hint)
    )
    for (key, number), variable in inside.items():
        model.add_hint(variable, hint.get(key) == number)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = problem.time_limit
    solver.parameters.num_workers = problem.workers
    solver.parameters.random_seed = problem.seed
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, None, None, status == cp_model.INFEASIBLE
    places = {
        key: number
        for (key, number), variable in inside.items()
        if solver.boolean_value(variable)
    }
    return places, round(solver.objective_value), solver.best_objective_bound, True


def _least_waiting(problem):
    """Return what waiting costs at least: the dearest sites first, wave by wave.

    No plan is cheaper, since only the number of places is looked at.
    """
    left = {wave.number: wave.capacity for wave in problem.waves if wave.is_open}
    cost, free = 0, []
    for site in problem.sites:
        numbers = problem.candidates(site)
        if len(numbers) == 1:
            cost += problem.costs[site.key] * numbers[0]
            left[numbers[0]] = left.get(numbers[0], 0) - 1
        else:
            free.append(problem.costs[site.key])
    left.pop(problem.pilot_wave, None)
    places = (n for n in sorted(left) for _place in range(max(left[n], 0)))
    return cost + sum(
        price * number
        for price, number in zip(sorted(free, reverse=True), places, strict=False)
    )


def _add_capacities(problem, model, inside):
    """Keep each wave within its capacity and return ``{wave: its effort}``."""
    loads = {}
    for wave in problem.waves:
        members = [
            (problem.site_of[key], variable)
            for (key, number), variable in inside.items()
            if number == wave.number
        ]
        effort = sum(site.effort * variable for site, variable in members)
        free = any(not site.given_wave for site, _variable in members)
        if free:
            model.add(sum(variable for _site, variable in members) <= wave.capacity)
        if free and wave.effort_capacity is not None:
            model.add(effort <= wave.effort_capacity)
        loads[wave.number] = effort
    return loads


def _add_order(problem, model, inside):
    """Put suppliers in the wave of those they supply, or before it."""
    for site in problem.sites:
        for supplier in problem.suppliers[site.key]:
            other = problem.site_of[supplier]
            if site.fixed_wave and other.fixed_wave:
                continue
            for number in problem.candidates(site):
                # as strong as the sums of the numbers and tighter when relaxed
                model.add(
                    sum(
                        inside[site.key, before]
                        for before in problem.candidates(site)
                        if before <= number
                    )
                    <= sum(
                        inside[supplier, before]
                        for before in problem.candidates(other)
                        if before <= number
                    )
                )


def _group_costs(problem, model, inside, hint):
    """Yield what each wave costs that has a site of a group."""
    for (kind, name), keys in sorted(problem.groups.items()):
        taken = {hint.get(key) for key in keys}
        for number in problem.numbers:
            members = [inside[key, number] for key in keys if (key, number) in inside]
            if members:
                used = model.new_bool_var(f"{kind}/{name}/{number}")
                for member in members:
                    model.add_implication(member, used)
                model.add_hint(used, number in taken)
                yield GROUP_WEIGHTS[kind] * used


def _spread(problem, model, loads, hint):
    """Return the difference between the heaviest and the lightest open wave."""
    numbers = balanced_waves(problem)
    if len(numbers) < 2:
        return 0
    total = sum(site.effort for site in problem.sites)
    most = model.new_int_var(0, total, "most")
    least = model.new_int_var(0, total, "least")
    hinted = effort_spread(problem, hint)
    model.add_hint(least, hinted[0])
    model.add_hint(most, hinted[1])
    for number in numbers:
        model.add(loads[number] <= most)
        model.add(loads[number] >= least)
    return most - least
