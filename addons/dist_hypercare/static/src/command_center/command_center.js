import {Component, onWillStart, onWillUnmount, useRef, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

const REFRESH_MS = 60000;

/**
 * The live screen of the command center. It shows what the server returns, and asks
 * the server for the action behind whatever is clicked.
 */
export class CommandCenter extends Component {
    static template = "dist_hypercare.CommandCenter";
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.root = useRef("root");
        this.state = useState({data: null, isLate: false});
        this.waveId = this.props.action.context.active_wave_id || false;
        this.siteIds = [];
        onWillStart(() => this.load());
        const timer = setInterval(() => this.refresh(), REFRESH_MS);
        onWillUnmount(() => clearInterval(timer));
    }

    get waveIds() {
        return this.waveId ? [this.waveId] : [];
    }

    async load() {
        const data = await this.orm.call(
            "dist.wave",
            "command_center_data",
            [this.waveIds],
            {site_ids: this.siteIds}
        );
        this.waveId = data.wave;
        this.state.data = data;
        this.state.isLate = false;
    }

    /** A refresh that fails must not close the screen: it says that it is late. */
    async refresh() {
        try {
            await this.load();
        } catch {
            this.state.isLate = true;
        }
    }

    async onWave(event) {
        this.waveId = Number(event.target.value);
        this.siteIds = [];
        await this.load();
    }

    async onSite(event) {
        this.siteIds = event.target.value ? [Number(event.target.value)] : [];
        await this.load();
    }

    async onOpen(target) {
        const action = await this.orm.call(
            "dist.wave",
            "command_center_action",
            [this.waveIds, target],
            {site_ids: this.siteIds}
        );
        await this.action.doAction(action);
    }

    async onFullScreen() {
        if (document.fullscreenElement) {
            await document.exitFullscreen();
        } else {
            await this.root.el.requestFullscreen();
        }
    }
}

registry.category("actions").add("dist_hypercare.command_center", CommandCenter);
