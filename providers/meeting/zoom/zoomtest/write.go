package zoomtest

import (
	"fmt"
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
		return fail(http.StatusBadRequest, 3161, "Your user account is not allowed meeting hosting and scheduling capabilities.")
	}
	if a, limited := s.hostLimited(u.Email); limited {
		return a
	}
	m := &live{id: firstID + int64(len(s.meetings)), host: u, kind: scheduled, created: s.now(), duration: time.Hour, zone: "UTC", settings: map[string]any{
		"host_video": false, "participant_video": false, "join_before_host": false, "jbh_time": 0, "mute_upon_entry": false,
		"use_pmi": false, "approval_type": 2, "audio": "both", "auto_recording": "none", "alternative_hosts": "",
		"email_notification": true, "alternative_hosts_email_notification": true, "waiting_room": u.WaitingRoom,
		"meeting_authentication": false, "push_change_to_calendar": false,
	}}
	if a, wrong := s.apply(r, m, body, createFields, createSettings); wrong {
		return a
	}
	if _, given := body["password"]; !given && !u.NoPasscode && body["default_password"] != false {
		m.passcode = u.Rule.makeUp(m.id)
	}
	if m.kind == scheduled && m.start.IsZero() {
		m.kind, m.start = instant, s.now() // so does Zoom, and never lists it
	}
	s.secure(m)
	s.meetings = append(s.meetings, m)
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
	if a, wrong := s.apply(r, changed, body, commonFields, updateSettings); wrong {
		return a
	}
	if !changed.start.Equal(m.start) && changed.start.Before(s.now()) {
		changed.start, changed.duration, changed.zone = m.start, m.duration, m.zone
		changed.recurs, changed.occurrences = m.recurs, m.occurrences
	}
	s.secure(changed)
	*m = *changed
	return answer{status: http.StatusNoContent}
}

// secure switches the waiting room on when a meeting is left without any security option.
func (s *Server) secure(m *live) {
	if m.passcode == "" && m.settings["waiting_room"] != true && m.settings["meeting_authentication"] != true {
		m.settings["waiting_room"] = true
	}
}

// apply puts a request's body into a meeting, or says what is wrong with it.
func (s *Server) apply(r *http.Request, m *live, body map[string]any, allowed, allowedSettings map[string]string) (answer, bool) {
	wrong := strange(body, allowed, "")
	settings, _ := body["settings"].(map[string]any)
	wrong = append(wrong, strange(settings, allowedSettings, "settings.")...)
	if len(wrong) > 0 {
		for _, w := range wrong {
			s.complain(r, w.Field+": "+w.Message)
		}
		return answer{status: http.StatusBadRequest, body: failure{Code: 300, Message: "Validation Failed.", Errors: wrong}}, true
	}
	before := m.clone()
	for _, wrong := range []string{m.texts(body), m.when(body), m.series(before, body), m.security(body, settings), m.people(settings)} {
		if wrong != "" {
			return answer{status: http.StatusBadRequest, body: failure{Code: 300, Message: "Validation Failed.",
				Errors: []fieldError{{wrong, "Invalid parameter: " + wrong + "."}}}}, true
		}
	}
	maps.Copy(m.settings, settings)
	maps.Copy(m.settings, m.host.Locked)
	if n, given := settings["approval_type"].(float64); given {
		m.settings["approval_type"] = int(n)
	}
	return answer{}, false
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

// people checks the settings that only licensed hosts have.
func (m *live) people(settings map[string]any) string {
	if v, given := settings["approval_type"].(float64); given && (v < 0 || v > 2 || v < 2 && m.host.Basic) {
		return "approval_type"
	}
	if hosts := alternativeHosts(settings["alternative_hosts"]); len(hosts) > 0 && m.host.Basic {
		return "alternative_hosts"
	}
	return ""
}

// userOf finds the user in the path of a request.
func (s *Server) userOf(r *http.Request) (*User, answer, bool) {
	name := strings.ToLower(r.PathValue("user"))
	if u := s.users[name]; u != nil {
		return u, answer{}, true
	}
	for _, u := range s.users {
		if strings.EqualFold(u.ID, name) {
			return u, answer{}, true
		}
	}
	if s.opts.Users == nil && strings.Contains(name, "@") {
		u := &User{Email: name, ID: "u" + strings.NewReplacer("@", "-", ".", "-").Replace(name)}
		s.users[name] = u
		return u, answer{}, true
	}
	return nil, fail(http.StatusNotFound, 1001, "User does not exist: "+name+"."), false
}

func (s *Server) getUser(r *http.Request, _ map[string]any) answer {
	u, a, found := s.userOf(r)
	if !found {
		return a
	}
	kind, status := 2, "active"
	switch {
	case u.Unlicensed:
		kind = 4
	case u.Basic:
		kind = 1
	}
	if u.Inactive {
		status = "inactive"
	}
	return ok(map[string]any{
		"id": u.ID, "email": u.Email, "type": kind, "status": status, "pmi": u.room(), "use_pmi": false, "timezone": "UTC",
		"personal_meeting_url": fmt.Sprintf("https://us02web.zoom.us/j/%d", u.room()), "account_id": s.opts.AccountID, "verified": 1,
		"last_client_version": u.Client,
	})
}

func (s *Server) getSettings(r *http.Request, _ map[string]any) answer {
	u, a, found := s.userOf(r)
	if !found {
		return a
	}
	if r.URL.Query().Get("option") == "meeting_security" {
		return ok(map[string]any{"meeting_security": map[string]any{"waiting_room": u.WaitingRoom, "embed_password_in_join_link": !u.NoEmbed}})
	}
	capacity := u.Capacity
	if capacity == 0 {
		capacity = 100
	}
	return ok(map[string]any{
		"schedule_meeting": map[string]any{
			"join_before_host": false, "require_password_for_scheduling_new_meetings": !u.NoPasscode,
			"embed_password_in_join_link": !u.NoEmbed, "meeting_password_requirement": u.Rule,
		},
		"in_meeting": map[string]any{"waiting_room": u.WaitingRoom},
		"feature":    map[string]any{"meeting_capacity": capacity, "large_meeting": false, "concurrent_meeting": "Basic"},
	})
}

// allows says whether a passcode meets the rule. An empty one takes the passcode away.
func (p PasscodeRule) allows(code string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	has := func(set string) bool { return strings.ContainsAny(code, set) }
	small, large, digit := has(letters), has(strings.ToUpper(letters)), has("0123456789")
	switch {
	case code == "":
		return true
	case len(code) > 10, len(code) < p.Length, strings.Trim(code, letters+strings.ToUpper(letters)+"0123456789@-_*") != "":
		return false
	case p.NumericOnly:
		return strings.Trim(code, "0123456789") == ""
	}
	return !(p.Letter && !small && !large || p.Number && !digit || p.Special && !has("@-_*") || p.UpperLower && !(small && large) ||
		p.Consecutive > 1 && hasRun(code, p.Consecutive))
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
