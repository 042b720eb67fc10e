import base64

from odoo.addons.dist_rollout_governance.tests.common import RolloutCommon

CONTENT = b"The way goods are received."


class FilingCommon(RolloutCommon):
    """Documents whose released versions are filed."""

    @classmethod
    def _create_released(cls, code="sop-1", user=None, **values):
        """Return a released document; made by the consultant unless told otherwise."""
        document = (
            cls.env["dist.document"]
            .with_user(user or cls.user_consultant)
            .create(
                {
                    "name": "Receiving",
                    "code": code,
                    "program_id": cls.program.id,
                    **values,
                }
            )
        )
        cls._release_version(document, CONTENT)
        return document

    @classmethod
    def _release_version(cls, document, content, **values):
        version = document.env["dist.document.version"].create(
            {
                "document_id": document.id,
                "file": base64.b64encode(content),
                "file_name": "sop.txt",
                **values,
            }
        )
        version.action_release()
        cls.env.flush_all()
        return version

    @classmethod
    def _files(cls, document):
        """Return the files of a document, the newest version first."""
        return (
            cls.env["dms.file"]
            .search([("dist_document_id", "=", document.id)])
            .sorted(lambda file: -file.dist_version_id.number)
        )
