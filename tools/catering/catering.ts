import type { TenantData } from "../../src/core/tenant-data.ts";
import type { Tool } from "../../src/core/tool.ts";
import { createBookingInquiryTool } from "./create-booking-inquiry.ts";
import { getAvailabilityTool } from "./get-availability.ts";
import { getMenuTool } from "./get-menu.ts";
import { customers, eventBookings, leads } from "./record-kinds.ts";
import { createRecordTools } from "./record-tools.ts";
import { listSettingsTool, setSettingTool } from "./setting-tools.ts";

/** The tools of a caterer: for customers, for staff, for whoever runs it. */
export function createCateringTools({ data }: { data: TenantData }): readonly Tool[] {
  return [
    createBookingInquiryTool(data),
    getAvailabilityTool(data),
    getMenuTool(data),
    ...[leads, customers, eventBookings].flatMap((kind) => createRecordTools(kind, data)),
    listSettingsTool(data),
    setSettingTool(data),
  ];
}
