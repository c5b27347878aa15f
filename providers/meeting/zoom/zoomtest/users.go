package zoomtest

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// userOf finds the user in the path of a request.
func (s *Server) userOf(r *http.Request) (*User, answer, bool) {
	name := strings.ToLower(r.PathValue("user"))
	if u := s.user(name); u != nil {
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
	pmi := u.room()
	if u.NoRoom {
		pmi = 0
	}
	return ok(map[string]any{
		"id": u.ID, "email": u.Email, "type": kind, "status": status, "pmi": pmi, "use_pmi": false, "timezone": "UTC",
		"personal_meeting_url": fmt.Sprintf("https://us02web.zoom.us/j/%d", u.room()), "account_id": s.opts.AccountID,
		"verified":            1,
		"last_client_version": u.Client,
	})
}

func (s *Server) getSettings(r *http.Request, _ map[string]any) answer {
	u, a, found := s.userOf(r)
	if !found {
		return a
	}
	if r.URL.Query().Get("option") == "meeting_security" {
		return ok(map[string]any{"meeting_security": map[string]any{"waiting_room": u.WaitingRoom,
			"meeting_password": !u.NoPasscode, "embed_password_in_join_link": !u.NoEmbed}})
	}
	capacity := u.Capacity
	if capacity == 0 {
		capacity = 100
	}
	return ok(map[string]any{
		"schedule_meeting": map[string]any{
			"join_before_host": false, "personal_meeting": !u.RoomOff,
			"require_password_for_scheduling_new_meetings": !u.NoPasscode,
			"embed_password_in_join_link":                  !u.NoEmbed, "meeting_password_requirement": u.Rule,
		},
		"in_meeting": map[string]any{"waiting_room": u.WaitingRoom},
		"feature": map[string]any{"meeting_capacity": capacity, "large_meeting": false,
			"concurrent_meeting": "Basic"},
	})
}

// user finds a user by address or id; nil where there is none.
func (s *Server) user(name string) *User {
	name = strings.ToLower(name)
	if u := s.users[name]; u != nil {
		return u
	}
	for _, u := range s.users {
		if strings.EqualFold(u.ID, name) {
			return u
		}
	}
	if s.opts.Users == nil && strings.Contains(name, "@") {
		u := &User{Email: name, ID: "u" + strings.NewReplacer("@", "-", ".", "-").Replace(name)}
		s.users[name] = u
		return u
	}
	return nil
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

// alternates refuses a whole request for one alternative host who cannot be one: each has to be an active, licensed
// user of the account.
func (s *Server) alternates(settings map[string]any) (answer, bool) {
	for _, name := range alternativeHosts(settings["alternative_hosts"]) {
		u := s.user(strings.TrimSpace(name))
		switch {
		case u != nil && !u.Basic && !u.Unlicensed && !u.Inactive:
		case s.opts.NamelessRefusals:
			return fail(http.StatusBadRequest, 1114, "Unable to assign an alternative host."), true
		default:
			return fail(http.StatusBadRequest, 1114, "Unable to assign '"+name+
				"' as an alternative host because the user is not a licensed user of your account."), true
		}
	}
	return answer{}, false
}

// secure switches a security option on when a meeting is left without any: which one depends on what the account
// allows.
func (m *live) secure() {
	switch {
	case m.passcode != "" || m.settings["waiting_room"] == true || m.settings["meeting_authentication"] == true:
	case m.host.Forces == ForcesPasscode:
		m.passcode = m.host.Rule.makeUp(m.id)
	case m.host.Forces == ForcesSignIn || m.host.Locked["waiting_room"] == false:
		m.settings["meeting_authentication"] = true
	default:
		m.settings["waiting_room"] = true
	}
}

// begin gives a new meeting what its template says; what the request says itself comes after it.
func (u *User) begin(m *live, body map[string]any) (answer, bool) {
	id, given := body["template_id"].(string)
	if !given {
		return answer{}, false
	}
	for _, t := range u.Templates {
		if t.ID == id && !t.Own {
			maps.Copy(m.settings, t.Settings)
			m.template = t.Name
			return answer{}, false
		}
	}
	return invalid("template_id"), true
}

// settle puts a new meeting among the others. Where it is the room itself, there is only one.
func (s *Server) settle(m *live) *live {
	if !s.opts.RoomIsMeeting || m.settings["use_pmi"] != true {
		s.meetings = append(s.meetings, m)
		return m
	}
	room := s.byID(m.host.room())
	if m.id = m.host.room(); room == nil {
		s.meetings = append(s.meetings, m)
		return m
	}
	*room = *m
	return room
}

// isRoom says whether a meeting is a personal room itself, which nobody can delete.
func (m *live) isRoom() bool { return m.id == m.host.room() }

func (s *Server) getTemplates(r *http.Request, _ map[string]any) answer {
	u, a, found := s.userOf(r)
	if !found {
		return a
	}
	list := []map[string]any{}
	for _, t := range u.Templates {
		kind := 2
		if t.Own {
			kind = 1
		}
		list = append(list, map[string]any{"id": t.ID, "name": t.Name, "type": kind})
	}
	return ok(map[string]any{"total_records": len(list), "templates": list})
}
