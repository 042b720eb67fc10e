import {Component, onWillStart, useState} from "@odoo/owl";
import {KanbanRenderer} from "@web/views/kanban/kanban_renderer";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** What waits for the user, counted; each tile opens what it counted. */
export class HomeTiles extends Component {
    static template = "dist_rollout_governance.HomeTiles";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({tiles: []});
        onWillStart(async () => {
            this.state.tiles = await this.orm.call("dist.site", "get_home_tiles");
        });
    }

    /**
     * @param {Object} tile
     */
    open(tile) {
        this.action.doAction(tile.action);
    }
}

export class HomeKanbanRenderer extends KanbanRenderer {
    static template = "dist_rollout_governance.HomeKanbanRenderer";
    static components = {...KanbanRenderer.components, HomeTiles};
}

registry.category("views").add("dist_home_kanban", {
    ...kanbanView,
    Renderer: HomeKanbanRenderer,
});
