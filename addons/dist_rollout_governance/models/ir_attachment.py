import contextlib
import os

from odoo import api, models
from odoo.exceptions import UserError

from ..services import faults


class IrAttachment(models.Model):
    """A file that can't be stored is refused with a sentence, and leaves nothing."""

    _inherit = "ir.attachment"

    @api.model
    def _file_write(self, bin_value, checksum):
        try:
            return super()._file_write(bin_value, checksum)
        except OSError as error:
            self._forget_torn_file(bin_value, checksum)
            self._raise_file_problem(error)
            raise

    @api.model
    def _get_path(self, bin_data, sha):
        # makes the folder of the file
        try:
            return super()._get_path(bin_data, sha)
        except OSError as error:
            self._raise_file_problem(error)
            raise

    @api.model
    def _forget_torn_file(self, bin_value, checksum):
        """Remove what was written of a file before the disk was full.

        Files are named by their content: the torn one would be taken for another
        file of that name, and the content refused for ever.
        """
        path = self._full_path(f"{checksum[:2]}/{checksum}")
        with contextlib.suppress(OSError):
            if os.path.getsize(path) != len(bin_value):
                os.remove(path)

    @api.model
    def _raise_file_problem(self, error):
        problem = faults.file_problem(error)
        if problem:
            raise UserError(str(problem)) from error
