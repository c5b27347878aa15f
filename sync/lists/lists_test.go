package lists

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/store/record"
	"zoomtag/sync/reason"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// roll is a list of people, each by the number that the list knows them by and their address, as in "1 bob@x".
func roll(people ...string) calendar.Roll {
	var r calendar.Roll
	for _, one := range people {
		id, address, _ := strings.Cut(one, " ")
		r.Members = append(r.Members, calendar.Member{ID: id, Name: address, Subject: address})
	}
	return r
}

// many are n people from a number on.
func many(from, n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("%03d p%d@example.com", from+i, from+i))
	}
	return list
}

// shown is who is remembered: by name, with an address that is another one, and - before whoever has left.
func shown(l record.List) (list []string) {
	for _, m := range l.Members {
		text := m.Name
		if m.Subject != m.Name {
			text += "=" + m.Subject
		}
		if m.Left() {
			text = "-" + text
		}
		list = append(list, text)
	}
	return list
}

// TestNext: whom a list names is remembered, whoever is missing has left it, and what cannot be believed changes
// nothing.
func TestNext(t *testing.T) {
	unread := errors.New("no answer")
	faulty := roll("1 a@x")
	faulty.Faults = []error{errors.New("line 3: odd")}
	crowd := many(0, 20)
	for _, c := range []struct {
		name   string
		before []Answer
		last   Answer
		open   string // whose calendars have meetings
		want   []string
		code   reason.Code
	}{
		{"first", nil, Answer{Roll: roll("1 a@x", "2 b@x")}, "", []string{"a@x", "b@x"}, ""},
		{"one leaves, with a meeting", []Answer{{Roll: roll("1 a@x", "2 b@x")}}, Answer{Roll: roll("1 a@x")}, "b@x",
			[]string{"a@x", "-b@x"}, ""},
		{"one leaves, without", []Answer{{Roll: roll("1 a@x", "2 b@x")}}, Answer{Roll: roll("1 a@x")}, "",
			[]string{"a@x"}, ""},
		{"one comes back", []Answer{{Roll: roll("1 a@x", "2 b@x")}, {Roll: roll("1 a@x")}},
			Answer{Roll: roll("2 b@x", "1 a@x")}, "b@x", []string{"a@x", "b@x"}, ""},
		{"renamed", []Answer{{Roll: roll("1 a@x")}}, Answer{Roll: roll("1 new@x")}, "", []string{"a@x=new@x"}, ""},
		{"somebody else gets the address", []Answer{{Roll: roll("1 a@x")}, {Roll: roll("1 new@x")}},
			Answer{Roll: roll("1 new@x", "2 a@x")}, "", []string{"a@x=new@x", "a@x~d4735e3a=a@x"}, ""},
		{"made anew", []Answer{{Roll: roll("1 a@x", "3 c@x")}}, Answer{Roll: roll("2 a@x", "3 c@x")}, "a@x",
			[]string{"-a@x", "a@x~d4735e3a=a@x", "c@x"}, ""},
		{"not read", []Answer{{Roll: roll("1 a@x")}}, Answer{Err: unread}, "", []string{"a@x"}, reason.ListUnreadable},
		{"never read", nil, Answer{Err: unread}, "", nil, reason.ListUnreadable},
		{"empty", []Answer{{Roll: roll("1 a@x")}}, Answer{}, "", []string{"a@x"}, reason.ListShrunken},
		{"always empty", nil, Answer{}, "", nil, reason.ListShrunken},
		{"a row that cannot be understood", []Answer{{Roll: roll("1 a@x", "2 b@x")}}, Answer{Roll: faulty}, "",
			[]string{"a@x", "b@x"}, ""},
		{"six of twenty", []Answer{{Roll: roll(crowd...)}}, Answer{Roll: roll(crowd[6:]...)}, "",
			names(crowd[6:]), ""},
		{"seven of twenty", []Answer{{Roll: roll(crowd...)}}, Answer{Roll: roll(crowd[7:]...)}, "", names(crowd),
			reason.ListShrunken},
		{"others instead", []Answer{{Roll: roll(crowd...)}}, Answer{Roll: roll(many(500, 20)...)}, "", names(crowd),
			reason.ListShrunken},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l record.List
			open := func(name string) bool { return name == c.open }
			for _, a := range append(slices.Clone(c.before), c.last) {
				a.At = noon
				l, _ = Next("people", l, a, Around{Open: open})
			}
			if got := shown(l); !slices.Equal(got, c.want) || l.Code != string(c.code) {
				t.Errorf("%q, %q; want %q, %q (%s)", got, l.Code, c.want, c.code, l.Error)
			}
		})
	}
}

func names(people []string) (list []string) {
	for _, one := range people {
		_, address, _ := strings.Cut(one, " ")
		list = append(list, address)
	}
	return list
}

// TestReleased: what somebody has let go is believed, and no more than that.
func TestReleased(t *testing.T) {
	none := Around{Open: func(string) bool { return false }}
	crowd := many(0, 20)
	l, _ := Next("people", record.List{}, Answer{At: noon, Roll: roll(crowd...)}, none)
	l, _ = Next("people", l, Answer{At: noon, Roll: roll(crowd[8:]...)}, none)
	if len(l.Missing) != 8 || len(l.Members) != 20 {
		t.Fatalf("%d missing, %d members", len(l.Missing), len(l.Members))
	}
	released, ok := Release(l, "")
	if !ok {
		t.Fatal("there is nothing to release")
	}
	if less, _ := Next("people", released, Answer{At: noon, Roll: roll(crowd[16:]...)}, none); len(less.Members) != 20 {
		t.Errorf("eight were let go, and sixteen are gone: %d are left", len(less.Members))
	}
	if as, _ := Next("people", released, Answer{At: noon, Roll: roll(crowd[8:]...)}, none); len(as.Members) != 12 ||
		as.Error != "" || len(as.Released) != 0 {
		t.Errorf("%d are left: %s", len(as.Members), as.Error)
	}
	if _, ok := Release(record.List{}, ""); ok {
		t.Error("there was nothing to release")
	}
	if _, ok := Release(l, "p1@example.com"); ok {
		t.Error("one who has not left was let go")
	}
}

// TestExpand: who wins where several name the same calendar, or one name is that of several.
func TestExpand(t *testing.T) {
	person := func(address string) *configs.Google { return &configs.Google{Calendar: "primary", Subject: address} }
	list := func(name string, patterns ...string) configs.From {
		return configs.From{Name: name, File: name, Template: configs.Template{Host: "h@x.com",
			Google: &configs.Google{Calendar: "primary", Credentials: "key.json"}}, Exclude: patterns}
	}
	member := func(name, subject string, called ...string) record.Member {
		return record.Member{ID: name, Name: name, Subject: subject, Called: called}
	}
	gone := func(m record.Member) record.Member { m.LeftAt = noon; return m }
	cfg := &configs.Config{Zoom: configs.Accounts{{Mode: configs.ServerToServer}},
		Calendars: []configs.Calendar{{Name: "hand", Google: person("ann@x.com")},
			{Name: "eve@x.com", Google: person("e@x.com")}},
		CalendarsFrom: []configs.From{list("one"), list("two", "room-*")}}
	known := map[string]record.List{
		"one": {Members: []record.Member{member("ann@x.com", "ann@x.com"), member("bob@x.com", "bob@x.com"),
			member("alias", "a.n@x.com", "ANN@x.com"), gone(member("cy@x.com", "cy@x.com")),
			gone(member("old@x.com", "old@x.com")), member("odd", "no address"), member("eve@x.com", "eve2@x.com")}},
		"two": {Members: []record.Member{member("bob@x.com", "bob@x.com"), member("cy@x.com", "cy@x.com"),
			member("room-1@x.com", "room-1@x.com")}},
	}
	x := Expand(cfg, known)
	var got []string
	for _, c := range x.Config.Calendars {
		got = append(got, strings.TrimSpace(c.Name+" "+c.List+" "+words.Join(c.Away, c.AwayCure)))
	}
	want := []string{"hand", "eve@x.com", "bob@x.com one", "cy@x.com two",
		"old@x.com one it is not on the list one any more since 2026-11-30; nothing is done in it, and its meetings " +
			"stay. To end them, run zoomtag remove old@x.com; to let it be, zoomtag release old@x.com"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	var skipped []string
	for _, o := range x.Lists {
		for _, s := range o.Skipped {
			skipped = append(skipped, s.Name+": "+words.Join(s.Why, s.Cure))
		}
	}
	want = []string{"ann@x.com: it is watched already, as hand", "alias: it is watched already, as hand",
		`odd: "no address" is not a mail address: write it like alice@example.com`,
		"eve@x.com: its name is that of a calendar of the configuration: rename that one, or leave this one out with exclude",
		"bob@x.com: it is watched already, as bob@x.com"}
	if !slices.Equal(skipped, want) || x.Lists[1].Excluded != 1 {
		t.Errorf("%q, %d excluded", skipped, x.Lists[1].Excluded)
	}
	if len(cfg.Calendars) != 2 {
		t.Error("the configuration itself was changed")
	}
	cfg.CalendarsFrom[0].Template.Host = ""
	if o := Expand(cfg, known).Lists[0]; len(o.Watched) != 0 ||
		o.Skipped[1].Why != "nobody hosts its meetings" ||
		o.Skipped[1].Cure != "write host into the list, the template or zoom" {
		t.Errorf("nobody hosts, and %q are watched: %v", o.Watched, o.Skipped)
	}
}

// TestExpandLeftTwice: whoever has left two lists is known by the address of the one that was left last: the other one
// may be somebody else's by now, who is watched under it.
func TestExpandLeftTwice(t *testing.T) {
	list := func(name string) configs.From {
		return configs.From{Name: name, File: name, Template: configs.Template{Host: "h@x.com",
			Google: &configs.Google{Calendar: "primary", Credentials: "key.json"}}}
	}
	left := func(id, name, subject string, at time.Time) record.Member {
		return record.Member{ID: id, Name: name, Subject: subject, LeftAt: at}
	}
	cfg := &configs.Config{Zoom: configs.Accounts{{Mode: configs.ServerToServer}},
		CalendarsFrom: []configs.From{list("one"), list("two")}}
	x := Expand(cfg, map[string]record.List{
		"one": {Members: []record.Member{left("8", "ann@x.com", "ann@x.com", noon)}},
		"two": {Members: []record.Member{left("3", "bob@x.com", "ann@x.com", noon.Add(time.Hour)),
			left("8", "ann@x.com", "ann.new@x.com", noon.Add(time.Hour))}},
	})
	got := map[string]string{}
	for _, c := range x.Config.Calendars {
		got[c.Name] = c.Google.Subject
	}
	if want := map[string]string{"ann@x.com": "ann.new@x.com", "bob@x.com": "ann@x.com"}; !maps.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// TestExpandStale: a list that has not been believed for a while knows somebody by an address which is another one's by
// now; what another list of the same service says of them since wins, in whatever order the lists stand.
func TestExpandStale(t *testing.T) {
	file := configs.From{File: "people.csv"}
	service := configs.From{Google: &configs.GoogleList{Domain: "x.com"}}
	for _, c := range []struct {
		name          string
		kind          configs.From
		first, second time.Duration // when the lists were read
		want          []string
	}{
		{"the second is older", service, time.Hour, 0, []string{"ann.new@x.com"}},
		{"the first is older", service, 0, time.Hour, []string{"ann.new@x.com"}},
		{"numbers of files are their own", file, 0, time.Hour, []string{"ann.new@x.com", "ann@x.com"}},
	} {
		one, two := c.kind, c.kind
		one.Name, two.Name = "one", "two"
		one.Template = configs.Template{Host: "h@x.com",
			Google: &configs.Google{Calendar: "primary", Credentials: "key.json"}}
		two.Template = one.Template
		members := func(read time.Duration) []record.Member {
			if read == 0 {
				return []record.Member{{ID: "8", Name: "ann@x.com", Subject: "ann@x.com"}}
			}
			return []record.Member{{ID: "8", Name: "ann.new@x.com", Subject: "ann.new@x.com"}}
		}
		cfg := &configs.Config{Zoom: configs.Accounts{{Mode: configs.ServerToServer}},
			CalendarsFrom: []configs.From{one, two}}
		x := Expand(cfg, map[string]record.List{"one": {ReadAt: noon.Add(c.first), Members: members(c.first)},
			"two": {ReadAt: noon.Add(c.second), Members: members(c.second)}})
		var got []string
		for _, c := range x.Config.Calendars {
			got = append(got, c.Google.Subject)
		}
		if slices.Sort(got); !slices.Equal(got, c.want) {
			t.Errorf("%s: watched as %q, want %q", c.name, got, c.want)
		}
	}
}

// TestExpandGivenOn: an address of before that a list still has for somebody, which has not named them for a while, is
// that of whom another list names by it since.
func TestExpandGivenOn(t *testing.T) {
	list := func(name string) configs.From {
		return configs.From{Name: name, Google: &configs.GoogleList{Domain: "x.com"}, Template: configs.Template{
			Host: "h@x.com", Google: &configs.Google{Calendar: "primary", Credentials: "key.json"}}}
	}
	cfg := &configs.Config{Zoom: configs.Accounts{{Mode: configs.ServerToServer}},
		CalendarsFrom: []configs.From{list("one"), list("two")}}
	open := Around{Open: func(string) bool { return true }}
	ann := record.List{ReadAt: noon, Members: []record.Member{{ID: "8", Name: "ann", Subject: "ann.new@x.com",
		Called: []string{"Ann@x.com"}}}}
	odd := calendar.Roll{Faults: []error{errors.New("a row is odd")}}
	perhaps, _ := Next("one", ann, Answer{At: noon.Add(2 * time.Hour), Roll: odd}, open)
	perhaps, _ = Next("one", perhaps, Answer{At: noon.Add(3 * time.Hour), Roll: odd}, open)
	named, _ := Next("one", perhaps, Answer{At: noon.Add(3 * time.Hour), Roll: calendar.Roll{Members: []calendar.Member{
		{ID: "8", Subject: "ann.new@x.com", Called: []string{"Ann@x.com"}}}}}, open)
	for _, c := range []struct {
		one  record.List
		two  time.Duration // when the list two was read, after one
		want int
	}{{ann, time.Hour, 2}, {ann, -time.Hour, 1}, {perhaps, time.Hour, 2}, {named, time.Hour, 1}} {
		x := Expand(cfg, map[string]record.List{
			"one": c.one,
			"two": {ReadAt: noon.Add(c.two), Members: []record.Member{{ID: "9", Name: "bob", Subject: "ann@x.com"}}},
		})
		if n := len(x.Config.Calendars); n != c.want {
			t.Errorf("one %+v, two read %s later: %d are watched, want %d", c.one, c.two, n, c.want)
		}
	}
}

// TestFaults: what cannot be understood of a list is remembered with its cure apart.
func TestFaults(t *testing.T) {
	r := roll("1 a@x")
	r.Faults = []error{words.Mend(errors.New("line 3: it\tsays no subject"), "write it"), errors.New("line 4: odd")}
	kept, _ := Next("people", record.List{}, Answer{Roll: r}, Around{Open: func(string) bool { return false }})
	for i, want := range [][2]string{{"line 3: it says no subject", "write it"}, {"line 4: odd", ""}} {
		if cause, cure := words.Apart(kept.Faults[i]); cause != want[0] || cure != want[1] {
			t.Errorf("%q, %q", cause, cure)
		}
	}
}
