import {
    Many2ManyBinaryField,
    many2ManyBinaryField,
} from "@web/views/fields/many2many_binary/many2many_binary_field";
import {Component} from "@odoo/owl";
import {FileInput} from "@web/core/file_input/file_input";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** A file input that opens the camera of a phone. */
export class CameraInput extends FileInput {
    static template = "dist_rollout_governance.CameraInput";
}

/** Documents to upload, or photos to take. */
export class EvidenceUploadField extends Many2ManyBinaryField {
    static template = "dist_rollout_governance.EvidenceUploadField";
    static components = {...Many2ManyBinaryField.components, CameraInput};
}

registry.category("fields").add("dist_evidence_upload", {
    ...many2ManyBinaryField,
    component: EvidenceUploadField,
});

/** Small pictures of photos, and names of other documents; a click opens them. */
export class EvidenceThumbnailsField extends Component {
    static template = "dist_rollout_governance.EvidenceThumbnailsField";
    static props = {...standardFieldProps};

    get files() {
        return this.props.record.data[this.props.name].records.map((record) => ({
            id: record.resId,
            name: record.data.name,
            isImage: (record.data.mimetype || "").startsWith("image/"),
        }));
    }
}

registry.category("fields").add("dist_evidence_thumbnails", {
    component: EvidenceThumbnailsField,
    supportedTypes: ["many2many"],
    isEmpty: () => false,
    relatedFields: many2ManyBinaryField.relatedFields,
});
