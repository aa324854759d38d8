import { Component, onWillUnmount, useEffect, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const INTERVAL = 2000;

/** Keeps a form up to date while the `state` of its record says that it is running. */
export class ReloadWhileRunning extends Component {
    static template = xml`<t/>`;
    static props = { ...standardWidgetProps };

    setup() {
        useEffect(
            (running) => {
                this.stop();
                if (running) {
                    this.timer = setInterval(() => this.props.record.load(), INTERVAL);
                }
            },
            () => [this.props.record.data.state === "running"],
        );
        onWillUnmount(() => this.stop());
    }

    stop() {
        clearInterval(this.timer);
    }
}

registry.category("view_widgets").add("crm_reload_while_running", {
    component: ReloadWhileRunning,
    fieldDependencies: [{ name: "state", type: "selection" }],
});
