package zoomtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The fields of Zoom's create and update meeting requests and their JSON types, as its API reference lists them. A
// field that is not here is a mistake of the client's.
var (
	commonFields = fields("string: timezone schedule_for agenda start_time password topic template_id",
		"boolean: pre_schedule", "integer: type duration", "array: tracking_fields", "object: recurrence settings")
	createFields = with(commonFields, "boolean: default_password")

	commonSettings = fields(
		"string: summary_template_id alternative_hosts audio_conference_info authentication_domains encryption_type "+
			"authentication_option contact_email audio contact_name auto_recording",
		"boolean: allow_host_control_participant_mute_state show_share_button registrants_confirmation_email "+
			"allow_multiple_devices meeting_authentication alternative_host_update_polls device_testing "+
			"participant_video "+
			"in_meeting mute_upon_entry join_before_host host_save_video_order watermark close_registration "+
			"internal_meeting "+
			"disable_participant_video focus_mode waiting_room cn_meeting registrants_email_notification "+
			"alternative_hosts_email_notification use_pmi host_video auto_start_meeting_summary "+
			"auto_start_ai_companion_questions participant_focused_meeting private_meeting email_in_attendee_report "+
			"email_notification",
		"integer: calendar_type approval_type jbh_time who_will_receive_summary registration_type who_can_ask_questions",
		"array: additional_data_center_regions global_dial_in_countries authentication_exception meeting_invitees "+
			"resources",
		"object: breakout_room approved_or_denied_countries_or_regions continuous_meeting_chat question_and_answer "+
			"sign_language_interpretation language_interpretation")
	createSettings = with(commonSettings, "boolean: push_change_to_calendar")
	updateSettings = with(commonSettings, "string: authentication_name enforce_login_domains", "boolean: enforce_login",
		"array: custom_keys global_dial_in_numbers")
)

// fields reads lists of the form "type: name name".
func fields(lists ...string) map[string]string {
	m := map[string]string{}
	for _, list := range lists {
		kind, names, _ := strings.Cut(list, ":")
		for name := range strings.FieldsSeq(names) {
			m[name] = kind
		}
	}
	return m
}

func with(base map[string]string, lists ...string) map[string]string {
	m := maps.Clone(base)
	maps.Copy(m, fields(lists...))
	return m
}

// strange lists the fields of body that are not allowed or have the wrong type.
func strange(body map[string]any, allowed map[string]string, prefix string) []fieldError {
	var list []fieldError
	for _, name := range slices.Sorted(maps.Keys(body)) {
		kind, known := allowed[name]
		switch {
		case !known:
			list = append(list, fieldError{prefix + name, "Unknown field."})
		case jsonType(body[name]) != kind:
			list = append(list, fieldError{prefix + name, fmt.Sprintf("Invalid type: %s, expected: %s.",
				jsonType(body[name]), kind)})
		}
	}
	return list
}

// jsonType is the JSON type of a decoded value; a whole number counts as integer.
func jsonType(v any) string {
	switch v := v.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "null"
}
