from .base import Loader
from .errors import ROW_ERRORS, error_text


class EntryLoader(Loader):
    """What loaders of journal entries have in common."""

    model = "account.move"

    def used(self, records):
        """Entries that are paid, reconciled or hashed belong to the books for good."""
        found = {}
        for entry in records:
            if entry.line_ids.matched_debit_ids or entry.line_ids.matched_credit_ids:
                found[entry.id] = self.env._("It has been paid or reconciled.")
            elif entry.inalterable_hash:
                found[entry.id] = self.env._("It is secured by a hash.")
        return found

    def take_back(self, records):
        """Cancel entries that nobody has paid or reconciled."""
        used = self.used(records)
        results = []
        for entry in records:
            if entry.id in used:
                results.append((entry.id, "kept", used[entry.id]))
                continue
            try:
                with self.env.cr.savepoint():
                    if entry.state == "posted":
                        entry.button_draft()
                    entry.button_cancel()
            except ROW_ERRORS as error:
                # a lock date, for example
                self.env.invalidate_all(flush=False)
                results.append((entry.id, "kept", error_text(error)))
            else:
                results.append((entry.id, "cancelled", ""))
        return results
