from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FILES, MAPPING, MigrationCommon

MAPPED = MAPPING.replace(
    "fields: {name: name, code: code, country: country}",
    "fields: {name: name, code: code, country: {column: country, map: {DE: DE}}}",
)
SUPPLIERS = FILES["suppliers.csv"] + "V3,Sushi,Nippon\nV4,Ramen, nippon \n"


@tagged("post_install", "-at_install")
class TestValues(MigrationCommon):
    def _cycle(self, mapping=MAPPING, suppliers=SUPPLIERS):
        cycle = self._create_cycle(mapping_id=self._create_mapping(mapping).id)
        self._upload(cycle, suppliers=suppliers)
        cycle.action_stage()
        return cycle

    def test_unknown_value_blocks_until_confirmed(self):
        cycle = self._cycle()
        task = cycle.value_ids
        self.assertRecordValues(
            task,
            [
                {
                    "field_name": "country",
                    "row_count": 2,
                    "samples": "V3, V4",
                    "state": "open",
                    "mapping_id": cycle.mapping_id.id,
                }
            ],
        )
        self.assertEqual(task.value.upper(), "NIPPON")
        self.assertEqual(cycle.open_value_count, 1)
        with self.assertRaisesRegex(UserError, "no target in Odoo yet: country"):
            cycle.action_validate()
        task.target = "JP"
        task.action_confirm()
        with self.assertRaisesRegex(UserError, "Stage the files again"):
            cycle.action_validate()
        cycle.action_stage()
        cycle.action_validate()
        rows = self._rows(cycle, "supplier")
        self.assertEqual(
            rows.mapped(lambda row: row.data["country"]), ["DE", "FR", "JP", "JP"]
        )
        self.assertEqual(cycle.invalid_count, 0)
        self.assertFalse(task.needs_staging)

    def test_value_without_pair_in_a_map_is_listed(self):
        cycle = self._cycle(MAPPED, FILES["suppliers.csv"])
        self.assertEqual(cycle.value_ids.mapped("value"), ["FR"])
        cycle.value_ids.target = "FR"
        cycle.value_ids.action_confirm()
        line = cycle.mapping_id.object_ids.line_ids.filtered("value_map")
        self.assertEqual(line._yaml("value_map"), {"DE": "DE", "FR": "FR"})
        cycle.action_stage()
        cycle.action_validate()
        self.assertEqual(cycle.invalid_count, 0)

    def test_wrong_target_of_a_map_is_corrected(self):
        mapping = MAPPED.replace("map: {DE: DE}", "map: {DE: Atlantis, FR: FR}")
        cycle = self._cycle(mapping, FILES["suppliers.csv"])
        self.assertEqual(cycle.value_ids.value, "Atlantis")
        cycle.value_ids.target = "DE"
        cycle.value_ids.action_confirm()
        cycle.action_stage()
        cycle.action_validate()
        self.assertEqual(self._rows(cycle, "supplier")[0].data["country"], "DE")

    def test_staging_again_updates_the_same_tasks(self):
        cycle = self._cycle()
        task = cycle.value_ids
        cycle._add_file("suppliers.csv", (SUPPLIERS + "V5,Soba,NIPPON\n").encode())
        cycle.action_stage()
        self.assertEqual(cycle.value_ids, task)
        self.assertEqual(task.row_count, 3)
        cycle._add_file("suppliers.csv", FILES["suppliers.csv"].encode())
        cycle.action_stage()
        self.assertFalse(task.exists())
        cycle.action_validate()

    def test_refused_value_stays_an_error_of_its_rows(self):
        cycle = self._cycle()
        cycle.value_ids.action_refuse()
        cycle.action_validate()
        found = self._findings(cycle, "unknown_value")
        self.assertEqual(found.mapped("legacy_key"), ["V3", "V4"])

    def test_targets_are_checked(self):
        task = self._cycle().value_ids
        with self.assertRaisesRegex(UserError, "Choose the Odoo value"):
            task.action_confirm()
        for target in ("Nirvana", "x" * 300):
            task.target = target
            with self.subTest(target), self.assertRaises(UserError):
                task.action_confirm()
        self.assertEqual(task.state, "open")

    def test_rights(self):
        task = self._cycle().value_ids
        for user in (self.user_viewer, self.user_finance):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    task.with_user(user).target = "JP"
                for method in ("action_confirm", "action_refuse"):
                    with self.assertRaises(AccessError):
                        getattr(task.with_user(user), method)()
        steward = task.with_user(self.user_steward)
        for vals in ({"state": "confirmed"}, {"value": "x"}, {"row_count": 0}):
            with self.subTest(vals), self.assertRaises(AccessError):
                steward.write(vals)
