package doctor_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/sync/doctor"
)

// shared is a set-up with a database that two workers share, of which something is different.
func shared(different func(*doctor.DatabaseFacts)) doctor.Setup {
	d := &doctor.DatabaseFacts{Version: "15.6", Major: 15, Oldest: 13, Layout: 2, Known: 2, Ahead: time.Second,
		Shards: 1024, Connections: 20, Most: 97,
		Workers: []doctor.WorkerFacts{{Name: "vm1:1", Version: "0.1.0", Lag: time.Second},
			{Name: "vm2:1", Version: "0.1.0"}}}
	different(d)
	return doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}}, Database: d}
}

// setupCases are set-ups and the codes that they lead to.
var setupCases = []struct {
	name  string
	setup doctor.Setup
	want  []string
}{
	{"well", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}}, Skewed: true, Skew: time.Minute}, nil},
	{"refused", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true, Error: "no"}}}, []string{"ZT-502 error"}},
	{"a person", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true, Person: &doctor.CalendarFacts{Name: "Zoom",
		Provider: "zoom", SignsIn: true, SignedIn: now.AddDate(0, 0, -3)}}}, Now: now}, nil},
	{"a person refused", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true, Error: "no",
		Person: &doctor.CalendarFacts{Name: "Zoom", Provider: "zoom", SignsIn: true, SignedIn: now.AddDate(0, 0, -3),
			Refused: now}}}}, []string{"ZT-505 error"}},
	{"no person", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true, Error: "no",
		Person: &doctor.CalendarFacts{Name: "Zoom", Provider: "zoom", SignsIn: true}}}}, []string{"ZT-507 error"}},
	{"an unusable person", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true, Error: "no",
		Person: &doctor.CalendarFacts{Name: "Zoom", Provider: "zoom", SignsIn: true, Unusable: "run: chmod 600 x"}}}},
		[]string{"ZT-502 error"}},
	{"scopes", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true,
		Lacking: meeting.Scopes{Needed: []meeting.Scope{{Name: "a", For: "b"}, {Name: "c", For: "d"}},
			Useful: []meeting.Scope{{Name: "e", For: "f"}}}}}}, []string{"ZT-503 error", "ZT-503 error",
		"ZT-503 note"}},
	{"skew", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}}, Skewed: true, Skew: -3 * time.Minute},
		[]string{"ZT-504 warning"}},
	{"great skew", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}}, Skewed: true, Skew: 6 * time.Minute},
		[]string{"ZT-504 error"}},
	{"personal", doctor.Setup{Accounts: []doctor.AccountFacts{{}}}, []string{"ZT-512 note"}},
	{"budget", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Budget: []doctor.BudgetFacts{{host, "", 80, 100}, {"b", "", 79, 100}}}, []string{"ZT-511 warning"}},
	{"event", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Events: []doctor.EventFacts{{Calendar: "team", ID: "a", Title: "A", Reason: "no"}}},
		[]string{"ZT-515 warning"}},
	{"a folder open to others", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Exposed: "others may write to /tmp"}, []string{"ZT-518 warning"}},
	{"a state that others read", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Readable: "zoomtag.db can be read by others"}, []string{"ZT-532 warning"}},
	{"a meeting without an event", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Leftovers: []doctor.LeftoverFacts{{ID: "123", Topic: "Tea", Mend: "zoomtag cancel 123"}}},
		[]string{"ZT-519 warning"}},
	{"the state is gone", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Displaced: "the state was deleted"}, []string{"ZT-520 error"}},
	{"a way of telling people fails", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Ways: []doctor.WayFacts{{Name: "mail to a@example.com", Error: "the server does not answer"}}},
		[]string{"ZT-521 warning"}},
	{"a list that cannot be read", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Lists: []doctor.ListFacts{{Name: "people.csv", Error: "there is no file"}}}, []string{"ZT-522 warning"}},
	{"a database that is well", shared(func(*doctor.DatabaseFacts) {}), nil},
	{"a database that is away", shared(func(d *doctor.DatabaseFacts) { d.Error = "it does not answer" }),
		[]string{"ZT-523 error"}},
	{"an old database", shared(func(d *doctor.DatabaseFacts) { d.Version, d.Major = "12.3", 12 }),
		[]string{"ZT-523 error"}},
	{"a database whose clock is ahead", shared(func(d *doctor.DatabaseFacts) { d.Ahead = 11 * time.Second }),
		[]string{"ZT-524 warning"}},
	{"a database whose clock is behind", shared(func(d *doctor.DatabaseFacts) { d.Ahead = -time.Hour }),
		[]string{"ZT-524 warning"}},
	{"a database that forgets", shared(func(d *doctor.DatabaseFacts) { d.Lax = []string{"synchronous_commit", "x"} }),
		[]string{"ZT-525 warning"}},
	{"a database on this machine", shared(func(d *doctor.DatabaseFacts) { d.Plain = true }), nil},
	{"a database on another machine", shared(func(d *doctor.DatabaseFacts) { d.Remote = true }), nil},
	{"a database that everybody hears", shared(func(d *doctor.DatabaseFacts) { d.Plain, d.Remote = true, true }),
		[]string{"ZT-526 warning"}},
	{"calendars of nobody", shared(func(d *doctor.DatabaseFacts) { d.Orphans = 3 }), []string{"ZT-527 error"}},
	{"nobody works", shared(func(d *doctor.DatabaseFacts) { d.Orphans, d.Workers = d.Shards, nil }), nil},
	{"a worker that is late", shared(func(d *doctor.DatabaseFacts) { d.Workers[1].Lag = 2500 * time.Millisecond }),
		[]string{"ZT-528 warning"}},
	{"two versions", shared(func(d *doctor.DatabaseFacts) { d.Workers[1].Version = "0.2.0" }), []string{"ZT-529 note"}},
	{"a newer layout", shared(func(d *doctor.DatabaseFacts) { d.Layout = 3 }), []string{"ZT-529 note"}},
	{"a full database", shared(func(d *doctor.DatabaseFacts) { d.Connections = 92 }), []string{"ZT-530 warning"}},
	{"a pooler", shared(func(d *doctor.DatabaseFacts) { d.Pooled = true }), []string{"ZT-531 error"}},
	{"waiting room and joining early", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Contradictory: []string{"team", "home"}}, []string{"ZT-516 note"}},
	{"overdue", of(doctor.CalendarFacts{Name: "team", Overdue: "no pass has ended for 10m"}), []string{"ZT-517 error"}},
	{"nobody", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, Error: "nobody has signed in"}),
		[]string{"ZT-507 error"}},
	{"unusable", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, Unusable: "run: chmod 600 x",
		Error: "run: chmod 600 x"}), []string{"ZT-508 error"}},
	{"refused sign-in", of(doctor.CalendarFacts{Provider: "outlook", SignsIn: true, SignedIn: now.AddDate(0, 0, -20),
		Refused: now}), []string{"ZT-505 error"}},
	{"died after a week", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, SignedIn: now.AddDate(0, 0, -8),
		Refused: now.AddDate(0, 0, -1)}), []string{"ZT-506 error"}},
	{"died later", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, SignedIn: now.AddDate(0, 0, -20),
		Refused: now}), []string{"ZT-505 error"}},
	{"young", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, SignedIn: now.AddDate(0, 0, -3),
		Said: "can be read"}), []string{"ZT-506 note"}},
	{"ends in three days", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, SignedIn: now.AddDate(0, 0, -4),
		Ends: now.AddDate(0, 0, 3)}), []string{"ZT-506 warning"}},
	{"ends today", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, SignedIn: now.AddDate(0, 0, -7),
		Ends: now.Add(time.Hour)}), []string{"ZT-506 warning"}},
	{"ends in a month", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, SignedIn: now,
		Ends: now.AddDate(0, 1, 0)}), nil},
	{"has ended", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, SignedIn: now.AddDate(0, 0, -8),
		Ends: now.AddDate(0, 0, -1), Refused: now.AddDate(0, 0, -1)}), []string{"ZT-506 error"}},
	{"grown up", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, SignedIn: now.AddDate(0, 0, -30),
		Said: "can be read"}), nil},
	{"unreadable", of(doctor.CalendarFacts{Error: "no"}), []string{"ZT-508 error"}},
	{"the last pass failed", of(doctor.CalendarFacts{LastPass: "the disk is full", Said: "can be read"}),
		[]string{"ZT-508 error"}},
	{"read only", of(doctor.CalendarFacts{Said: "not changed", ReadOnly: true}), []string{"ZT-509 error"}},
	{"held", of(doctor.CalendarFacts{Held: "many are missing"}), []string{"ZT-510 warning"}},
	{"mailbox", of(doctor.CalendarFacts{Provider: "outlook", App: true, Denied: true, Error: "403"}),
		[]string{"ZT-513 error"}},
	{"certificate ended", of(doctor.CalendarFacts{CertificateEnd: now.Add(-time.Hour)}), []string{"ZT-514 error"}},
	{"certificate ends", of(doctor.CalendarFacts{CertificateEnd: now.AddDate(0, 0, 10)}), []string{"ZT-514 warning"}},
	{"certificate is good", of(doctor.CalendarFacts{CertificateEnd: now.AddDate(0, 0, 100)}), nil},
}

func of(c doctor.CalendarFacts) doctor.Setup {
	c.Name = "alice"
	return doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}}, Now: now, Calendars: []doctor.CalendarFacts{c}}
}

// TestReadableCure: a finding about the state's file names what mends that very file.
func TestReadableCure(t *testing.T) {
	findings, _ := doctor.JudgeSetup(doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Readable: "z.db can be read by others", ReadableCure: "Run chmod 600 z.db."})
	if len(findings) != 1 || findings[0].Mend != "Run chmod 600 z.db." {
		t.Errorf("%+v", findings)
	}
}

// TestExposedCure: a finding about the state's folder names what mends that very folder.
func TestExposedCure(t *testing.T) {
	findings, _ := doctor.JudgeSetup(doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Exposed: "others may write to /tmp", ExposedCure: "Run chmod go-w /tmp."})
	if len(findings) != 1 || findings[0].What != "others may write to /tmp" ||
		findings[0].Mend != "Run chmod go-w /tmp." {
		t.Errorf("%+v", findings)
	}
}

func TestJudgeSetup(t *testing.T) {
	for _, tt := range setupCases {
		findings, well := doctor.JudgeSetup(tt.setup)
		var got []string
		for _, f := range findings {
			got = append(got, f.Code+" "+string(f.Severity))
		}
		if !slices.Equal(got, tt.want) || len(got)+len(well) == 0 {
			t.Errorf("%s: judged %q, want %q; well: %q", tt.name, got, tt.want, well)
		}
	}
}

// TestSignInsSayWhy: a sign-in that cannot be read is not called a missing one, and why one is refused is said before
// the mend.
func TestSignInsSayWhy(t *testing.T) {
	for _, provider := range []string{"zoom", "google", "outlook"} {
		for _, c := range []doctor.CalendarFacts{
			{Unusable: "the file can be read by others; run: chmod 600 x"},
			{SignedIn: now.AddDate(0, 0, -20), Refused: now, Reason: "somebody has signed in on another machine"},
		} {
			c.Provider, c.SignsIn = provider, true
			s := of(c)
			if provider == "zoom" {
				s = doctor.Setup{Accounts: []doctor.AccountFacts{{API: true, Person: &c}}, Now: now}
			}
			findings, _ := doctor.JudgeSetup(s)
			if len(findings) != 1 || !strings.Contains(findings[0].What, c.Unusable+c.Reason) ||
				c.Unusable != "" && strings.Contains(findings[0].Mend, "auth") || c.Reason != "" &&
				!strings.HasPrefix(findings[0].Mend, "See to the reason first. Run zoomtag auth") {
				t.Errorf("%s: %+v", provider, findings)
			}
		}
	}
}
