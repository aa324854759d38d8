import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { session } from "@web/session";
import { user } from "@web/core/user";

/** Asks whoever still has the password of a new database to change it. */
export const initialPasswordService = {
    dependencies: ["action", "notification", "orm"],
    start(env, { action, notification, orm }) {
        if (!session.crm_has_initial_password) {
            return;
        }
        const close = notification.add(
            _t("Your password is still the one every new database has. Anybody can guess it."),
            {
                title: _t("Change your password"),
                type: "warning",
                sticky: true,
                buttons: [
                    {
                        name: _t("Change Password"),
                        primary: true,
                        onClick: async () => {
                            close();
                            await action.doAction(
                                await orm.call("res.users", "preference_change_password", [user.userId]),
                            );
                        },
                    },
                ],
            },
        );
    },
};

registry.category("services").add("crm_initial_password", initialPasswordService);
