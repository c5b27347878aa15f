package zoomtest

import (
	"fmt"
	"hash/fnv"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Zoom's meeting types that the emulator knows.
const (
	instant   = 1
	scheduled = 2
	lasting   = 3
	fixed     = 8
)

// Lifetimes of meeting ids: 30 days after the scheduled end of a single meeting, 365 days for lasting ones.
const (
	singleLife  = 30 * 24 * time.Hour
	lastingLife = 365 * 24 * time.Hour
	listAgenda  = 250 // characters of an agenda that a list shows
)

// live is a meeting as the emulator keeps it.
type live struct {
	id                  int64
	host                *User
	topic, agenda, zone string
	kind                int
	start               time.Time
	duration            time.Duration
	passcode            string
	created             time.Time
	settings            map[string]any
	deleted, running    bool
	template            string
	held                time.Time   // when it was last held; zero: never
	instance            int         // how often it was held
	recurs              *recurrence // type 8 alone
	occurrences         []occurrence
	edits               int // of the schedule
}

func (m *live) clone() *live {
	c := *m
	c.settings, c.occurrences = maps.Clone(m.settings), slices.Clone(m.occurrences)
	return &c
}

func (m *live) snapshot() Meeting {
	return Meeting{
		ID: m.id, Host: m.host.Email, Topic: m.topic, Agenda: m.agenda, Type: m.kind, Start: m.start,
		Duration: m.duration,
		Timezone: m.zone, Passcode: m.passcode, JoinURL: m.joinURL(), Created: m.created,
		Settings: maps.Clone(m.settings),
		Running:  m.running, Template: m.template, Occurrences: m.takesPlace(),
	}
}

// joinURL is the link for guests. Its pwd is a token of the server's, made of the passcode, with the dots of a real
// one.
func (m *live) joinURL() string {
	id := m.id
	if m.settings["use_pmi"] == true {
		id = m.host.room()
	}
	u := fmt.Sprintf("https://us02web.zoom.us/j/%d", id)
	if m.passcode == "" || m.host.NoEmbed {
		return u
	}
	return u + "?pwd=" + encrypted(m.passcode, id)
}

func encrypted(passcode string, id int64) string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d", passcode, id)
	token := strconv.FormatUint(h.Sum64(), 36)
	return "k" + token[:4] + "-" + token[4:] + ".1"
}

// room is the number of the user's personal room: 10 digits.
func (u *User) room() int64 {
	h := fnv.New32a()
	h.Write([]byte(u.ID)) // never fails, says package hash
	return 2_000_000_000 + int64(h.Sum32())
}

// exists says whether Zoom still knows a meeting; visible whether it already says so.
func (s *Server) exists(m *live) bool {
	switch {
	case m.deleted:
		return false
	case m.kind == scheduled:
		return s.now().Before(m.start.Add(m.duration + singleLife))
	case m.kind == instant:
		return s.now().Before(m.created.Add(singleLife))
	}
	used := m.created
	if m.held.After(used) {
		used = m.held
	}
	return s.now().Before(used.Add(lastingLife))
}

func (s *Server) visible(m *live) bool {
	return s.exists(m) && !s.now().Before(m.created.Add(s.opts.Lag))
}

func (s *Server) byID(id int64) *live {
	for _, m := range s.meetings {
		if m.id == id {
			return m
		}
	}
	return nil
}

// named finds the meeting in the path of a request. Writes also reach a meeting that is not yet visible to reading.
func (s *Server) named(r *http.Request) (*live, answer, bool) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, fail(http.StatusBadRequest, 300, "Invalid meeting id."), false
	}
	m := s.byID(id)
	if m == nil || !s.exists(m) || r.Method == http.MethodGet && !s.visible(m) || !visibleTo(r, m.host) {
		return nil, fail(http.StatusNotFound, 3001, fmt.Sprintf("Meeting does not exist: %d.", id)), false
	}
	return m, answer{}, true
}

func (s *Server) get(r *http.Request, _ map[string]any) answer {
	m, a, found := s.named(r)
	if !found {
		return a
	}
	v := m.full()
	if m.kind == fixed {
		v["occurrences"] = s.shown(r, m)
	}
	return ok(v)
}

// remove is DELETE. Nothing is mailed here, but a client that does not say so would have mailed at Zoom.
func (s *Server) remove(r *http.Request, _ map[string]any) answer {
	m, a, found := s.named(r)
	if !found {
		return a
	}
	for _, name := range []string{"schedule_for_reminder", "cancel_meeting_reminder"} {
		switch v := r.URL.Query().Get(name); v {
		case "true", "false":
		case "":
			s.complain(r, name+" is left out: whether Zoom mails people then is its own choice")
		default:
			s.complain(r, name+" is "+v)
		}
	}
	if r.URL.Query().Has("occurrence_id") {
		return s.removeOccurrence(r, m)
	}
	if m.isRoom() {
		return fail(http.StatusBadRequest, 3018, "Not allowed to delete the personal meeting ID (PMI).")
	}
	m.deleted = true
	return answer{status: http.StatusNoContent}
}

func (s *Server) setStatus(r *http.Request, body map[string]any) answer {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64) // not a number: no such meeting
	m := s.byID(id)
	switch {
	case m == nil:
		return fail(http.StatusNotFound, 3001, "Meeting does not exist: "+r.PathValue("id")+".")
	case body["action"] == "recover":
		m.deleted = false
	case body["action"] != "end":
		return fail(http.StatusBadRequest, 300, "Invalid parameter: action.")
	}
	return answer{status: http.StatusNoContent}
}

// list is GET of a user's meetings: no passcodes, no settings, agendas cut, instant and expired meetings left out.
func (s *Server) list(r *http.Request, _ map[string]any) answer {
	u, a, found := s.userOf(r)
	if !found {
		return a
	}
	var all []*live
	for _, m := range s.meetings {
		if m.host == u && m.kind != instant && s.visible(m) {
			all = append(all, m)
			if s.opts.ListTwice {
				all = append(all, m)
			}
		}
	}
	q := r.URL.Query()
	size, err := strconv.Atoi(q.Get("page_size"))
	if err != nil || size < 1 {
		size = 30
	}
	size = min(size, 300, s.opts.PageLimit)
	from := 0
	if token := q.Get("next_page_token"); token != "" {
		if from, err = strconv.Atoi(strings.TrimPrefix(token, "page-")); err != nil || from > len(all) {
			return fail(http.StatusBadRequest, 300, "The next page token is invalid or expired.")
		}
	}
	next, to := "", min(from+size, len(all))
	if to < len(all) {
		next = "page-" + strconv.Itoa(to)
	}
	items := []map[string]any{}
	for _, m := range all[from:to] {
		items = append(items, m.item())
	}
	return ok(map[string]any{"page_size": size, "total_records": len(all), "next_page_token": next, "meetings": items})
}

// item is a meeting as lists show it.
func (m *live) item() map[string]any {
	v := map[string]any{
		"uuid": m.uuid(), "id": m.id, "host_id": m.host.ID, "topic": m.topic, "type": m.kind,
		"duration": int(m.duration / time.Minute),
		"timezone": m.zone, "created_at": stamp(m.created), "join_url": m.joinURL(),
	}
	if m.agenda != "" {
		runes := []rune(m.agenda)
		v["agenda"] = string(runes[:min(listAgenda, len(runes))])
	}
	switch {
	case m.kind == lasting && m.id%2 == 0:
		v["start_time"] = "0001-01-01T00:00:00Z" // seen in some answers, absent in others
	case m.kind != lasting:
		v["start_time"] = stamp(m.start)
	}
	if m.settings["use_pmi"] == true {
		v["pmi"] = strconv.FormatInt(m.host.room(), 10) // a string here, a number in the user
	}
	if m.isRoom() {
		v["type"] = 4
	}
	return v
}

// full is a meeting as it is shown alone.
func (m *live) full() map[string]any {
	v := m.item()
	v["agenda"] = m.agenda
	v["host_email"] = m.host.Email
	v["status"] = "waiting"
	v["creation_source"] = "open_api"
	if m.running {
		v["status"] = "started"
	}
	settings := maps.Clone(m.settings)
	if m.host.DialIn {
		settings["global_dial_in_numbers"] = []map[string]string{
			{"country": "DE", "country_name": "Germany", "city": "Frankfurt", "number": "+49 69 7104 9922",
				"type": "toll"},
			// some are listed twice
			{"country": "DE", "country_name": "Germany", "city": "Frankfurt", "number": "+49 69 7104 9922",
				"type": "toll"},
			{"country": "US", "country_name": "United States", "city": "", "number": "+1 646 558 8656", "type": "toll"},
		}
	}
	v["settings"] = settings
	if m.recurs != nil {
		v["recurrence"] = m.recurs.describe()
	}
	v["start_url"] = fmt.Sprintf("https://us02web.zoom.us/s/%d?zak=%s", m.id, Canary)
	v["dynamic_host_key"] = Canary
	v["chat_join_url"] = fmt.Sprintf("https://us02web.zoom.us/launch/jc/%d", m.id)
	if m.passcode != "" {
		v["password"], v["h323_password"], v["pstn_password"] = m.passcode, m.passcode, m.passcode
		v["encrypted_password"] = encrypted(m.passcode, m.id)
	}
	if n := m.settings["approval_type"]; n == 0 || n == 1 {
		v["registration_url"] = "https://us02web.zoom.us/meeting/register/t" + url.PathEscape(m.uuid())
	}
	return v
}

// uuid is another one after each time that the meeting was held, and may begin with a slash.
func (m *live) uuid() string { return "/u" + strconv.FormatInt(m.id*7919+int64(m.instance), 36) + "==" }

func (s *Server) invitation(r *http.Request, _ map[string]any) answer {
	m, a, found := s.named(r)
	if !found {
		return a
	}
	lines := []string{
		m.host.Email + " is inviting you to a scheduled Zoom meeting.", "", "Topic: " + m.topic,
		"Time: " + m.start.UTC().Format("Jan 2, 2006 03:04 PM") + " Universal Time UTC", "", "Join Zoom Meeting",
		m.joinURL(), "",
		"Meeting ID: " + strconv.FormatInt(m.id, 10), "Passcode: " + m.passcode, "",
	}
	if m.host.DialIn {
		lines = append(lines, "Dial by your location", "+49 69 7104 9922 Germany", "")
	}
	return ok(map[string]any{"invitation": strings.Join(lines, "\r\n"), "sip_links": []string{}})
}

// alternativeHosts splits the setting.
func alternativeHosts(v any) []string {
	list, _ := v.(string)
	return slices.DeleteFunc(strings.Split(list, ";"), func(a string) bool { return strings.TrimSpace(a) == "" })
}
