package zoom

// zoneName returns the name by which Zoom knows an IANA zone; ok is false for a zone that Zoom does not list.
func zoneName(iana string) (name string, ok bool) {
	if zones[iana] {
		return iana, true
	}
	name, ok = zoneAliases[iana]
	return name, ok
}

// zones are the zones of Zoom's documented list. It holds dated names, and lacks many zones.
var zones = set(
	"Pacific/Midway", "Pacific/Pago_Pago", "Pacific/Honolulu", "America/Anchorage", "America/Juneau", "America/Vancouver",
	"America/Los_Angeles", "America/Tijuana", "America/Edmonton", "America/Denver", "America/Phoenix", "America/Mazatlan",
	"America/Chihuahua", "America/Winnipeg", "America/Regina", "America/Chicago", "America/Mexico_City", "America/Guatemala",
	"America/El_Salvador", "America/Managua", "America/Costa_Rica", "America/Tegucigalpa", "America/Monterrey",
	"America/Montreal", "America/New_York", "America/Indianapolis", "America/Panama", "America/Bogota", "America/Lima",
	"America/Halifax", "America/Puerto_Rico", "America/Caracas", "America/Santiago", "America/La_Paz", "America/Guyana",
	"America/St_Johns", "America/Montevideo", "America/Araguaina", "America/Argentina/Buenos_Aires", "America/Godthab",
	"America/Sao_Paulo", "America/Bahia", "America/Noronha", "Canada/Atlantic", "Atlantic/Azores", "Atlantic/Cape_Verde",
	"Atlantic/Reykjavik", "UTC", "Etc/Greenwich", "Europe/Belgrade", "CET", "Europe/Oslo", "Europe/Copenhagen",
	"Europe/Brussels", "Europe/Berlin", "Europe/Helsinki", "Europe/Amsterdam", "Europe/Rome", "Europe/Stockholm",
	"Europe/Vienna", "Europe/Luxembourg", "Europe/Paris", "Europe/Zurich", "Europe/Madrid", "Europe/Athens",
	"Europe/Budapest", "Europe/Bucharest", "Europe/Sofia", "Europe/Moscow", "Europe/Istanbul", "Europe/Warsaw",
	"Europe/Prague", "Europe/Dublin", "Europe/London", "Europe/Lisbon", "Europe/Kiev", "Europe/Minsk", "Europe/Samara",
	"Africa/Bangui", "Africa/Algiers", "Africa/Tunis", "Africa/Harare", "Africa/Nairobi", "Africa/Casablanca",
	"Africa/Tripoli", "Africa/Cairo", "Africa/Johannesburg", "Africa/Khartoum", "Africa/Nouakchott", "Africa/Djibouti",
	"Africa/Mogadishu", "Asia/Jerusalem", "Asia/Riyadh", "Asia/Baghdad", "Asia/Kuwait", "Asia/Bahrain", "Asia/Qatar",
	"Asia/Aden", "Asia/Amman", "Asia/Beirut", "Asia/Damascus", "Asia/Nicosia", "Asia/Baku", "Asia/Muscat", "Asia/Dubai",
	"Asia/Kabul", "Asia/Tehran", "Asia/Karachi", "Asia/Tashkent", "Asia/Yekaterinburg", "Asia/Calcutta", "Asia/Kolkata",
	"Asia/Kathmandu", "Asia/Novosibirsk", "Asia/Almaty", "Asia/Dacca", "Asia/Dhaka", "Asia/Krasnoyarsk", "Asia/Bangkok",
	"Asia/Saigon", "Asia/Jakarta", "Asia/Irkutsk", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Kuala_Lumpur",
	"Asia/Singapore", "Asia/Yakutsk", "Asia/Seoul", "Asia/Tokyo", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka",
	"Australia/Perth", "Australia/Darwin", "Australia/Brisbane", "Australia/Adelaide", "Australia/Sydney",
	"Australia/Hobart", "Australia/Lord_Howe", "Pacific/Guam", "Pacific/Port_Moresby", "Pacific/Noumea", "Pacific/Auckland",
	"Pacific/Fiji", "Pacific/Apia",
)

// zoneAliases lead from other names of a zone, as the IANA zone database links them, to the one that Zoom lists.
var zoneAliases = map[string]string{
	"America/Argentina/ComodRivadavia": "America/Argentina/Buenos_Aires",
	"America/Buenos_Aires":             "America/Argentina/Buenos_Aires",
	"America/Fort_Wayne":               "America/Indianapolis",
	"America/Indiana/Indianapolis":     "America/Indianapolis",
	"America/Nuuk":                     "America/Godthab",
	"America/Toronto":                  "America/Montreal",
	"Asia/Chongqing":                   "Asia/Shanghai",
	"Asia/Ho_Chi_Minh":                 "Asia/Saigon",
	"Asia/Katmandu":                    "Asia/Kathmandu",
	"Asia/Tel_Aviv":                    "Asia/Jerusalem",
	"Australia/ACT":                    "Australia/Sydney",
	"Australia/Canberra":               "Australia/Sydney",
	"Australia/LHI":                    "Australia/Lord_Howe",
	"Australia/NSW":                    "Australia/Sydney",
	"Australia/North":                  "Australia/Darwin",
	"Australia/Queensland":             "Australia/Brisbane",
	"Australia/South":                  "Australia/Adelaide",
	"Australia/Tasmania":               "Australia/Hobart",
	"Australia/West":                   "Australia/Perth",
	"Brazil/East":                      "America/Sao_Paulo",
	"Canada/Central":                   "America/Winnipeg",
	"Canada/Eastern":                   "America/Montreal",
	"Canada/Mountain":                  "America/Edmonton",
	"Canada/Newfoundland":              "America/St_Johns",
	"Canada/Pacific":                   "America/Vancouver",
	"Egypt":                            "Africa/Cairo",
	"Eire":                             "Europe/Dublin",
	"Etc/GMT":                          "Etc/Greenwich",
	"Etc/UCT":                          "UTC",
	"Etc/UTC":                          "UTC",
	"Etc/Universal":                    "UTC",
	"Etc/Zulu":                         "UTC",
	"Europe/Kyiv":                      "Europe/Kiev",
	"GB":                               "Europe/London",
	"GMT":                              "Etc/Greenwich",
	"Hongkong":                         "Asia/Hong_Kong",
	"Iceland":                          "Atlantic/Reykjavik",
	"Iran":                             "Asia/Tehran",
	"Israel":                           "Asia/Jerusalem",
	"Japan":                            "Asia/Tokyo",
	"Libya":                            "Africa/Tripoli",
	"Mexico/BajaNorte":                 "America/Tijuana",
	"Mexico/BajaSur":                   "America/Mazatlan",
	"Mexico/General":                   "America/Mexico_City",
	"NZ":                               "Pacific/Auckland",
	"Pacific/Samoa":                    "Pacific/Pago_Pago",
	"Poland":                           "Europe/Warsaw",
	"Portugal":                         "Europe/Lisbon",
	"PRC":                              "Asia/Shanghai",
	"ROC":                              "Asia/Taipei",
	"ROK":                              "Asia/Seoul",
	"Singapore":                        "Asia/Singapore",
	"Turkey":                           "Europe/Istanbul",
	"US/Alaska":                        "America/Anchorage",
	"US/Arizona":                       "America/Phoenix",
	"US/Central":                       "America/Chicago",
	"US/East-Indiana":                  "America/Indianapolis",
	"US/Eastern":                       "America/New_York",
	"US/Hawaii":                        "Pacific/Honolulu",
	"US/Mountain":                      "America/Denver",
	"US/Pacific":                       "America/Los_Angeles",
	"US/Samoa":                         "Pacific/Pago_Pago",
	"W-SU":                             "Europe/Moscow",
}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, name := range names {
		m[name] = true
	}
	return m
}
