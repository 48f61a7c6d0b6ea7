/**
 * The page of a fleet. Its source is lib/http/fleet-page/.
 *
 * @module
 */
import html from "../../../config/fleet-page.html" with { type: "text" };
import { createPageRoute } from "../page-route.ts";

/** The page of a fleet. */
export const fleetPage = createPageRoute(html as unknown as string);
