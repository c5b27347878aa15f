package zoomtest

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// create is POST of a user's meetings.
func (s *Server) create(r *http.Request, body map[string]any) answer {
	u, a, found := s.userOf(r)
	if !found {
		return a
	}
	if u.Unlicensed || u.Inactive {
		return fail(http.StatusBadRequest, 3161, "Your user account is not allowed meeting hosting and scheduling "+
			"capabilities.")
	}
	if a, limited := s.hostLimited(u.Email); limited {
		return a
	}
	m := &live{id: firstID + int64(len(s.meetings)), host: u, kind: scheduled, created: s.now(), duration: time.Hour,
		zone: "UTC", settings: map[string]any{
			"host_video": false, "participant_video": false, "join_before_host": false, "jbh_time": 0,
			"mute_upon_entry": false,
			"use_pmi":         false, "approval_type": 2, "audio": "both", "auto_recording": "none",
			"alternative_hosts":  "",
			"email_notification": true, "alternative_hosts_email_notification": true, "waiting_room": u.WaitingRoom,
			"meeting_authentication": false, "push_change_to_calendar": false,
		}}
	if a, wrong := u.begin(m, body); wrong {
		return a
	}
	if a, wrong := s.apply(r, m, body, createFields, createSettings); wrong {
		return a
	}
	if _, given := body["password"]; !given && !u.NoPasscode && body["default_password"] != false {
		m.passcode = u.Rule.makeUp(m.id)
	}
	if m.kind == scheduled && m.start.IsZero() {
		m.kind, m.start = instant, s.now() // so does Zoom, and never lists it
	}
	m.secure()
	m = s.settle(m)
	v := m.full()
	if m.kind == fixed {
		v["occurrences"] = s.shown(r, m)
	}
	return answer{status: http.StatusCreated, body: v}
}

// update is PATCH: an empty answer, and a start in the past is ignored in silence.
func (s *Server) update(r *http.Request, body map[string]any) answer {
	m, a, found := s.named(r)
	if !found {
		return a
	}
	if a, limited := s.hostLimited(m.host.Email); limited {
		return a
	}
	if r.URL.Query().Has("occurrence_id") {
		return s.updateOccurrence(r, m, body)
	}
	changed := m.clone()
	allowed := updateSettings
	if s.opts.PushInUpdates {
		allowed = with(allowed, "boolean: push_change_to_calendar")
	}
	if a, wrong := s.apply(r, changed, body, commonFields, allowed); wrong {
		return a
	}
	if !changed.start.Equal(m.start) && changed.start.Before(s.now()) {
		changed.start, changed.duration, changed.zone = m.start, m.duration, m.zone
		changed.recurs, changed.occurrences = m.recurs, m.occurrences
	}
	changed.secure()
	*m = *changed
	return answer{status: http.StatusNoContent}
}

// apply puts a request's body into a meeting, or says what is wrong with it.
func (s *Server) apply(r *http.Request, m *live, body map[string]any, allowed,
	allowedSettings map[string]string) (answer, bool) {
	wrong := strange(body, allowed, "")
	settings, _ := body["settings"].(map[string]any)
	if _, pushes := settings["push_change_to_calendar"]; pushes && r.Method == http.MethodPatch &&
		!s.opts.PushInUpdates {
		return invalid("push_change_to_calendar"), true // Zoom's documents disagree on it: no mistake of the client's
	}
	wrong = append(wrong, strange(settings, allowedSettings, "settings.")...)
	if len(wrong) > 0 {
		for _, w := range wrong {
			s.complain(r, w.Field+": "+w.Message)
		}
		return answer{status: http.StatusBadRequest, body: failure{Code: 300, Message: "Validation Failed.",
			Errors: wrong}}, true
	}
	before := m.clone()
	for _, wrong := range []string{m.texts(body), m.when(body), m.series(before, body), m.security(body, settings),
		m.people(settings)} {
		if wrong != "" {
			return invalid(wrong), true
		}
	}
	if a, refused := s.alternates(settings); refused {
		return a, true
	}
	maps.Copy(m.settings, settings)
	if n, given := settings["approval_type"].(float64); given {
		m.settings["approval_type"] = int(n)
	}
	maps.Copy(m.settings, m.host.Locked)
	if m.kind == lasting || m.settings["use_pmi"] == true { // dropped without a word
		m.settings["approval_type"] = 2
	}
	return answer{}, false
}

// invalid is the refusal of one field.
func invalid(field string) answer {
	return answer{status: http.StatusBadRequest, body: failure{Code: 300, Message: "Validation Failed.",
		Errors: []fieldError{{field, "Invalid parameter: " + field + "."}}}}
}

// texts applies topic and agenda; it returns the name of the field that is wrong, as the methods below do.
func (m *live) texts(body map[string]any) string {
	if v, given := body["topic"].(string); given {
		if utf8.RuneCountInString(v) > 200 {
			return "topic"
		}
		m.topic = v
	}
	if v, given := body["agenda"].(string); given {
		if utf8.RuneCountInString(v) > 2000 {
			return "agenda"
		}
		m.agenda = v
	}
	return ""
}

// when applies type, start, zone and duration.
func (m *live) when(body map[string]any) string {
	if v, given := body["type"].(float64); given {
		m.kind = int(v)
		switch m.kind {
		case instant, scheduled, lasting, fixed:
		default:
			return "type"
		}
	}
	zone := m.zone
	if v, given := body["timezone"].(string); given {
		zone = v
	}
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return "timezone"
	}
	m.zone = zone
	if v, given := body["start_time"].(string); given {
		layout := "2006-01-02T15:04:05"
		if strings.HasSuffix(v, "Z") {
			layout, loc = layout+"Z", time.UTC
		}
		if m.start, err = time.ParseInLocation(layout, v, loc); err != nil {
			return "start_time"
		}
		m.start = m.start.UTC()
	}
	if v, given := body["duration"].(float64); given {
		if v < 1 {
			return "duration"
		}
		m.duration = time.Duration(v) * time.Minute
	}
	return ""
}

// security applies the passcode and checks the settings around it.
func (m *live) security(body, settings map[string]any) string {
	if v, given := body["password"].(string); given {
		if !m.host.Rule.allows(v) {
			return "password"
		}
		m.passcode = v
	}
	if v, given := settings["jbh_time"].(float64); given && v != 0 && v != 5 && v != 10 && v != 15 {
		return "jbh_time"
	}
	if v, given := settings["auto_recording"].(string); given && v != "none" && v != "local" && v != "cloud" {
		return "auto_recording"
	}
	return ""
}

// allows says whether a passcode meets the rule. An empty one takes the passcode away.
func (p PasscodeRule) allows(code string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	has := func(set string) bool { return strings.ContainsAny(code, set) }
	small, large, digit := has(letters), has(strings.ToUpper(letters)), has("0123456789")
	switch {
	case code == "":
		return true
	case len(code) > 10, len(code) < p.Length, strings.Trim(code, letters+strings.ToUpper(letters)+
		"0123456789@-_*") != "":
		return false
	case p.NumericOnly:
		return strings.Trim(code, "0123456789") == ""
	}
	switch {
	case p.Letter && !small && !large, p.Number && !digit, p.Special && !has("@-_*"):
		return false
	case p.UpperLower && !(small && large), p.Consecutive > 1 && hasRun(code, p.Consecutive):
		return false
	}
	return true
}

// hasRun says whether code holds n equal, rising or falling characters in a row.
func hasRun(code string, n int) bool {
	for i := 0; i+n <= len(code); i++ {
		for step := -1; step <= 1; step++ {
			run := true
			for j := i + 1; j < i+n; j++ {
				run = run && int(code[j])-int(code[j-1]) == step
			}
			if run {
				return true
			}
		}
	}
	return false
}

// makeUp makes a passcode for a meeting.
func (p PasscodeRule) makeUp(id int64) string {
	number := strconv.FormatInt(id*7919%900_000+100_000, 10)
	if p.NumericOnly {
		return (number + "48151623")[:max(6, p.Length)]
	}
	code := PasscodePrefix + number
	if p.UpperLower {
		code = "Z" + code[1:]
	}
	if p.Special {
		code += "@"
	}
	for len(code) < p.Length {
		code += "7"
	}
	return code
}
