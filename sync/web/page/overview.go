package page

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

// perPage is how many calendars one page has.
const perPage = 25

// overviewPage is the first page.
type overviewPage struct {
	frame
	Needs, Seen  []need
	Explained    []need // what one of the others explains
	Young        []need // what has not lasted long enough to be told
	Tiles        []tile
	Week         week
	Calendars    []row
	Query        string
	Pages        pages
	Budget       []bar
	Quotas       []bar
	Tokens       []token
	Workers      []worker
	Journal      journal
	Waiting      []waiting
	Leftovers    []leftover
	Notices      []string
	Notes        []remark
	NoCalendars  bool
	HasRemarks   bool
	NothingFound bool
}

// need is something that needs a person.
type need struct {
	ID, Shape, Severity, Code, Title, Text, Cure, Command string
	Place                                                 string // where, for people
	Event                                                 string // the address of the event's page
	Since                                                 moment
	Because                                               string // the title of what explains it
}

// tile is a number at the top.
type tile struct{ Number, Label, To, Shape string }

// row is a line of the table of calendars.
type row struct {
	Name, Provider string
	Health         health
	Why            string
	Links          int
	Last, Next     moment
	CanRelease     bool
	Running        bool
}

// bar is how much of a host's calls is used.
type bar struct {
	Host, Account string
	Used, Limit   int
	Shape, Word   string
}

type token struct {
	Whose, Provider, Person string
	Health                  health
	Since                   moment
	Age                     string
	Ends                    bool // it is known when it ends
	Reason                  string
	Mend                    string
}

type waiting struct {
	Title, Calendar, For, Reason, Event string
	Until                               moment
}

type leftover struct{ Topic, Host, Mend string }

type remark struct{ Title, Calendar, Event, Text string }

// pages are the way through many calendars.
type pages struct {
	Page, Of, From, To, Total int
	Before, After             string
}

func (p *Page) overview(w http.ResponseWriter, r *http.Request, who *visitor) {
	f, err := p.facts(r.Context())
	if err != nil {
		p.fail(w, r, who, err)
		return
	}
	q := r.URL.Query()
	v := &overviewPage{frame: p.frameOf(r, who, f, "Status"), Query: q.Get("q")}
	chosen := chosenCalendars(f, v.Query)
	v.NoCalendars, v.NothingFound = len(f.status.Calendars) == 0, len(chosen) == 0
	v.Pages = paged(q, len(chosen))
	shown := chosen[v.Pages.From:v.Pages.To]
	for _, c := range shown {
		v.Calendars = append(v.Calendars, p.row(c, who))
	}
	v.Week = p.week(f, shown, who)
	p.needs(v, f, who)
	v.Tiles = p.tiles(f, v)
	v.Budget, v.Quotas, v.Tokens = bars(f), quotas(f), p.tokens(f, who)
	v.Workers = p.workers(f)
	p.remarks(v, f, who)
	if v.Journal, err = p.journal(r, who, f); err != nil {
		p.fail(w, r, who, err)
		return
	}
	p.show(w, http.StatusOK, "overview", v)
}

// chosenCalendars are those whose name, kind or state has words in it; where there are many, those that are not well
// come first.
func chosenCalendars(f *facts, words string) (list []*api.CalendarStatus) {
	words = strings.ToLower(strings.TrimSpace(words))
	for i := range f.status.Calendars {
		c := &f.status.Calendars[i]
		h, _ := healthOfCalendar(c)
		if strings.Contains(strings.ToLower(c.Name+" "+c.Provider+" "+h.Word), words) {
			list = append(list, c)
		}
	}
	if len(list) > perPage {
		slices.SortStableFunc(list, func(a, b *api.CalendarStatus) int {
			x, _ := healthOfCalendar(a)
			y, _ := healthOfCalendar(b)
			return cmp.Compare(worse[x.Shape], worse[y.Shape])
		})
	}
	return list
}

// paged finds the page that is asked for.
func paged(q url.Values, total int) pages {
	n := pages{Of: max(1, (total+perPage-1)/perPage), Total: total}
	wanted, err := strconv.Atoi(q.Get("page"))
	if err != nil {
		wanted = 1
	}
	n.Page = min(max(1, wanted), n.Of)
	n.From, n.To = (n.Page-1)*perPage, min(total, n.Page*perPage)
	to := func(page int) string {
		if page < 1 || page > n.Of {
			return ""
		}
		q.Set("page", strconv.Itoa(page))
		return "/?" + withoutSaid(q).Encode() + "#week"
	}
	n.Before, n.After = to(n.Page-1), to(n.Page+1)
	return n
}

// First is the number of the first one on the page, counted from 1.
func (n pages) First() int { return min(n.From+1, n.Total) }

func (p *Page) row(c *api.CalendarStatus, who *visitor) row {
	h, why := healthOfCalendar(c)
	return row{Name: c.Name, Provider: c.Provider, Health: h, Why: who.shown(asSentence(why)), Links: c.Links,
		Last: p.moment(c.LastSuccess), Next: p.moment(c.NextRun), CanRelease: c.Held && !c.Absent,
		Running: p.jobs.busy(c.Name)}
}

// tiles are the numbers at the top.
func (p *Page) tiles(f *facts, v *overviewPage) []tile {
	sick, links, coming := 0, 0, 0
	for i := range f.status.Calendars {
		c := &f.status.Calendars[i]
		if h, _ := healthOfCalendar(c); h != well {
			sick++
		}
		links += c.Links
	}
	first, last := p.weekBounds()
	for _, list := range f.byCalendar {
		for _, e := range list {
			if e.end.After(first) && e.start.Before(last) {
				coming++
			}
		}
	}
	shape := func(n int) string {
		if n == 0 {
			return "ok"
		}
		return "warn"
	}
	return []tile{
		{strconv.Itoa(len(v.Needs)), needsLabel(len(v.Needs)), "#needs", shape(len(v.Needs))},
		{
			strconv.Itoa(len(f.status.Calendars) - sick),
			"of " + words.Count(len(f.status.Calendars), "calendar") + " well",
			"#calendars",
			shape(sick),
		},
		{strconv.Itoa(coming), plural(coming, "event") + " this week", "#week", ""},
		{strconv.Itoa(links), plural(links, "link") + " kept", "#week", ""},
	}
}

func needsLabel(n int) string {
	if n == 1 {
		return "needs you"
	}
	return "need you"
}

func plural(n int, one string) string {
	if n == 1 {
		return one
	}
	return one + "s"
}

// eventPath is the address of an event's page.
func eventPath(calendar, id string) string {
	return "/event?" + url.Values{"calendar": {calendar}, "id": {id}}.Encode()
}

// clock is the time of a day.
func (p *Page) clock(t time.Time) string { return t.In(p.Zone()).Format("15:04") }
