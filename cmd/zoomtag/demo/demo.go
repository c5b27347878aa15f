// Package demo shows what zoomtag does, without any account: emulators of Zoom, Google and Microsoft, a folder, and the
// real daemon between them.
package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/google/googletest"
	"zoomtag/providers/calendar/icsdir"
	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/providers/files"
	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/api/socket"
)

// grace is how long the demo's events keep their meeting after they have ended: long enough to see, short enough to
// wait.
const grace = time.Second

// show is the show.
type show struct {
	Options
	dir    string
	folder string
	config string
	page   string // where its status page listens; empty: it has none
	zoom   *zoomtest.Server
	google *googletest.Server
	graph  *outlooktest.Server
	ids    map[string]string // of the events in the Google calendar, by their names
	bobs   map[string]string // and in the Outlook calendar
	reader *icsdir.Dir
	remote *socket.Client
	// meetings are the topics of those that Zoom had when it was looked at last, by their ids.
	meetings map[int64]string
	before   map[string]state // what each event was like
}

// Options are what the demo is shown with.
type Options struct {
	Out  io.Writer
	View terminal.View
	All  bool // every event is shown after each pass, with its reason, and not only what has changed
	Keep bool // it is left running until ctx ends, to try things out
	// Wait shows that something takes its time, until done is called.
	Wait func(what string) (done func())
	// Daemon runs the daemon with the configuration in a file, until ctx ends.
	Daemon func(ctx context.Context, config string) error
}

// Run shows the demo. It fails if what it shows is not as it should be.
func Run(ctx context.Context, o Options) (err error) {
	dir, err := files.TempDir("zoomtag-demo")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	d := &show{Options: o, dir: dir, folder: filepath.Join(dir, "calendar"), config: filepath.Join(dir, "zoomtag.yaml"),
		zoom: zoomtest.New(zoomtest.Options{}), google: googletest.New(googletest.Options{}),
		graph: outlooktest.New(outlooktest.Options{})}
	started := sync.OnceFunc(d.Wait("starting Zoom, Google, Outlook and the daemon on this machine …"))
	defer started()
	if err := d.zoom.Start(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.zoom.Close()) }()
	if err := d.google.Start(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.google.Close()) }()
	if err := d.graph.Start(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.graph.Close()) }()
	if d.Keep {
		if d.page, err = freeAddress(); err != nil {
			return err
		}
	}
	if err := d.prepare(); err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		done <- d.Daemon(running, d.config)
		close(done) // connect may have had the answer
	}()
	defer func() {
		stop()
		err = errors.Join(err, <-done)
	}()
	if err := d.connect(ctx, done); err != nil {
		return err
	}
	started()
	if err := d.play(ctx); err != nil {
		return err
	}
	if d.Keep {
		d.say("\nStill running. The folder: %s\nThe status page: http://%s/\nTry: zoomtag --config %s status\n"+
			"Ctrl-C ends it and removes everything.", d.folder, d.page, d.config)
		<-ctx.Done()
	}
	return nil
}

func (d *show) say(format string, args ...any) { fmt.Fprintf(d.Out, format+"\n", args...) }

// prepare writes the folder and the configuration.
func (d *show) prepare() error {
	if err := os.Mkdir(d.folder, 0o700); err != nil {
		return err
	}
	for _, ev := range folderEvents(time.Now()) {
		if err := d.write(ev.file, ev.text()); err != nil {
			return err
		}
	}
	d.ids = map[string]string{}
	for name, ev := range googleEvents(time.Now()) {
		d.ids[name] = d.google.Put("", ev)
	}
	d.bobs = map[string]string{}
	for name, ev := range outlookEvents(time.Now()) {
		d.bobs[name] = d.graph.Put("", ev)
	}
	key := filepath.Join(d.dir, "google.json")
	if err := os.WriteFile(key, d.google.ServiceAccount(), 0o600); err != nil {
		return err
	}
	config := strings.Join([]string{
		`schedule: "@every 1s"`, "state: " + strconv.Quote(filepath.Join(d.dir, "state", "zoomtag.db")),
		"listen: " + strconv.Quote(d.page),
		"grace: " + grace.String(), "zone: Europe/Berlin",
		"zoom:", "  account_id: account", "  client_id: client", "  client_secret: secret", "  host: alice@example.com",
		"  api_url: " + d.zoom.APIURL(), "  oauth_url: " + d.zoom.OAuthURL(),
		"calendars:", "  - name: folder", "    ics: { path: " + strconv.Quote(d.folder) + " }",
		"  - name: google", "    google:", "      credentials: " + strconv.Quote(key), "      subject: " +
			googletest.Account,
		"      api_url: " + d.google.APIURL(),
		"  - name: outlook", "    host: bob@example.com", "    outlook:", "      user: " + d.graph.Mailbox(),
		"      tenant: " + d.graph.Tenant(),
		"      client_id: " + d.graph.ClientID(), "      client_secret: " + strconv.Quote(d.graph.ClientSecret()),
		"      api_url: " + d.graph.GraphURL(), "      login_url: " + d.graph.LoginURL(), "",
	}, "\n")
	if err := os.WriteFile(d.config, []byte(config), 0o600); err != nil {
		return err
	}
	reader, err := icsdir.New(icsdir.Config{Path: d.folder, Owners: []string{"alice@example.com"}})
	d.reader, d.before = reader, map[string]state{}
	return err
}

// freeAddress is an address of this machine on which nobody listens.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func (d *show) write(file, text string) error {
	// As calendar apps do: whole, and then in place.
	temp := filepath.Join(d.folder, "."+file+".tmp")
	if err := os.WriteFile(temp, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(temp, filepath.Join(d.folder, file))
}

// connect waits until the daemon listens.
func (d *show) connect(ctx context.Context, done <-chan error) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		var err error
		if d.remote, err = socket.Dial(ctx, filepath.Join(d.dir, "state", "zoomtag.db")); d.remote != nil ||
			err != nil {
			return err
		}
		select {
		case <-tick.C:
		case err := <-done:
			return fmt.Errorf("the daemon did not start: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// play is what the owner does, and what comes of it.
func (d *show) play(ctx context.Context) error {
	d.say("A Google calendar, an Outlook calendar, a folder of .ics files, and Zoom: all\nemulated on this machine, " +
		"and the real daemon between them.\n")
	d.say("1. The owner has written #zoom into some events.\n")
	if err := d.pass(ctx); err != nil {
		return err
	}
	d.say("\nWhat one of them now says, in any calendar app:\n")
	if err := d.picture(ctx, "description.ics"); err != nil {
		return err
	}
	d.say("\n2. The owner moves, renames, untags and deletes events. Links stay the same,\n   Zoom follows.\n")
	if err := d.edit(); err != nil {
		return err
	}
	if err := d.pass(ctx); err != nil {
		return err
	}
	d.say("\n3. The grace period (%s here, else 10 minutes) is over: meetings without an\n   event are cancelled.\n", grace)
	select {
	case <-time.After(grace + 100*time.Millisecond):
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := d.pass(ctx); err != nil {
		return err
	}
	// Each event of the Outlook calendar has one guest.
	d.say("\nExchange has mailed guests %d times, once for each link that came or went: no\nprogram can prevent "+
		"that. Google has sent %d mails.",
		len(d.graph.Mails()), len(d.google.Mails()))
	return d.summary(ctx)
}

// edit is what the owner does between the passes.
func (d *show) edit() error {
	for _, change := range []struct{ file, from, to string }{
		{"title.ics", "SUMMARY:Budget talk", "SUMMARY:Budget decision"},
		{"category.ics", "T100000", "T130000"},
		{"category.ics", "T110000", "T140000"},
		{"location.ics", "SUMMARY:Coffee with Ana", "SUMMARY:Coffee with Ana #nozoom"},
	} {
		text, err := os.ReadFile(filepath.Join(d.folder, change.file))
		if err != nil {
			return err
		}
		if err := d.write(change.file, strings.ReplaceAll(string(text), change.from, change.to)); err != nil {
			return err
		}
	}
	d.google.Edit("", d.ids["plain"], func(ev googletest.JSON) { ev["summary"] = "Planning the release #zoom" })
	d.google.Edit("", d.ids["html"], func(ev googletest.JSON) {
		for _, name := range []string{"start", "end"} {
			if at, ok := ev[name].(googletest.JSON); ok {
				at["dateTime"] = strings.Replace(fmt.Sprint(at["dateTime"]), "T14:", "T17:", 1)
			}
		}
	})
	d.google.Delete("", d.ids["deleted"])
	d.graph.Edit("", d.bobs["category"], func(ev outlooktest.JSON) { ev["subject"] = "Sales call, second round" })
	d.graph.Edit("", d.bobs["title"], func(ev outlooktest.JSON) { ev["subject"] = "Onboarding #nozoom" })
	return os.Remove(filepath.Join(d.folder, "series.ics"))
}

// pass has the daemon make a pass and shows each event before and after it.
func (d *show) pass(ctx context.Context) error {
	report, err := d.remote.Sync(ctx, api.SyncRequest{})
	if err != nil {
		return err
	}
	status, err := d.remote.Status(ctx, api.StatusRequest{})
	if err != nil {
		return err
	}
	links, err := d.remote.Links(ctx)
	if err != nil {
		return err
	}
	why := map[string]string{}
	for _, l := range links.Links {
		why[l.EventID] = l.Told()
	}
	for _, ev := range status.Events {
		why[ev.EventID] = ev.Told()
	}
	preview, err := d.remote.Sync(ctx, api.SyncRequest{Dry: true})
	if err != nil {
		return err
	}
	for _, c := range append(preview.Calendars, report.Calendars...) {
		for _, ev := range c.Events {
			why[ev.ID] = ev.Told()
		}
	}
	return d.table(ctx, why)
}

// The widths of titles and topics with which a table fits 80 columns.
const (
	titleWidth = 24
	topicWidth = 12
)

// state is what an event is like: in its calendar, and at Zoom.
type state struct{ title, link, zoom string }

// table shows what has changed, or all there is.
func (d *show) table(ctx context.Context, why map[string]string) error {
	rows := [][]string{{"CALENDAR", "EVENT", "NOW", "AT ZOOM"}}
	if d.All {
		rows = [][]string{{"CALENDAR", "EVENT", "BEFORE", "AFTER", "AT ZOOM", "WHY"}}
	}
	same := 0
	for _, item := range d.items() {
		was, now, reason := d.before[item.id], state{}, why[item.id]
		ev, err := item.read(ctx)
		var id int64
		now.link, id = d.look(ev, err)
		now.title, now.zoom = cmp.Or(ev.Title, was.title, item.name), d.atZoom(id)
		if was.link == "" {
			was = state{now.title, "no link", "-"}
		}
		switch {
		case d.All:
			rows = append(rows, []string{item.calendar, now.title, was.link, now.link, now.zoom,
				d.reason(reason, err, id)})
		case now == was || now.link == "(broken)":
			same++
		default:
			rows = append(rows, []string{item.calendar, terminal.Middle(now.title, titleWidth), d.changed(was, now),
				now.zoom})
		}
		d.before[item.id] = now
	}
	gone := d.gone()
	for _, id := range slices.Sorted(maps.Keys(gone)) {
		m := terminal.Middle(gone[id], titleWidth)

		rows = append(rows, append([]string{"", m, strconv.FormatInt(id, 10), "cancelled"},
			make([]string, len(rows[0])-4)...))
	}
	if err := terminal.Table(d.Out, d.View, rows); err != nil {
		return err
	}
	if !d.All && same > 0 {
		d.say("%s: no change (zoomtag demo --all shows them, with the reasons).", words.Count(same, "other event"))
	}
	return nil
}

// changed is what an event shows now, where that is another thing than before.
func (d *show) changed(was, now state) string {
	if now.link == was.link && now.link != "no link" {
		return "same link"
	}
	return now.link
}

// reason is why an event is as it is.
func (d *show) reason(why string, err error, meeting int64) string {
	switch {
	case errors.Is(err, calendar.ErrGone):
		return "the event is gone"
	case why == "" && meeting == 0:
		return "not tagged"
	}
	return strings.ReplaceAll(why, d.folder+"/", "")
}

// gone are the topics of the meetings that Zoom does not have any more since this was asked last, by their ids.
func (d *show) gone() map[int64]string {
	now, gone := map[int64]string{}, map[int64]string{}
	for _, m := range d.zoom.Meetings() {
		now[m.ID] = m.Topic
	}
	for id, topic := range d.meetings {
		if _, there := now[id]; !there {
			gone[id] = topic
		}
	}
	d.meetings = now
	return gone
}

// item is an event of the demo, in whichever calendar.
type item struct {
	calendar, name, id string
	read               func(ctx context.Context) (calendar.Event, error)
}

func (d *show) items() []item {
	var list []item
	for _, ev := range folderEvents(time.Now()) {
		list = append(list, item{"folder", ev.file, ev.file,
			func(ctx context.Context) (calendar.Event, error) { return d.reader.Get(ctx, ev.file) }})
	}
	for _, name := range slices.Sorted(maps.Keys(d.ids)) {
		list = append(list, item{"google", name, d.ids[name],
			func(context.Context) (calendar.Event, error) { return d.inGoogle(d.ids[name]) }})
	}
	for _, name := range slices.Sorted(maps.Keys(d.bobs)) {
		list = append(list, item{"outlook", name, d.bobs[name],
			func(context.Context) (calendar.Event, error) { return d.inOutlook(d.bobs[name]) }})
	}
	return list
}

// inGoogle is an event as the Google calendar shows it to its owner.
func (d *show) inGoogle(id string) (calendar.Event, error) {
	ev, ok := d.google.Event("", id)
	if !ok {
		return calendar.Event{}, calendar.ErrGone
	}
	title, _ := ev["summary"].(string)
	text, _ := ev["description"].(string)
	return seenByOwner(title, text), nil
}

// inOutlook is an event as the Outlook calendar shows it.
func (d *show) inOutlook(id string) (calendar.Event, error) {
	ev, ok := d.graph.Event("", id)
	if !ok {
		return calendar.Event{}, calendar.ErrGone
	}
	title, _ := ev["subject"].(string)
	body, _ := ev["body"].(outlooktest.JSON)
	text, _ := body["content"].(string)
	return seenByOwner(title, text), nil
}

func seenByOwner(title, text string) calendar.Event {
	found := calendar.Event{Title: title}
	_, _, found.Link.Block, _ = calendar.FindBlockHTML(text)
	found.Link.JoinURL = calendar.BlockURL(found.Link.Block)
	return found
}

// look is an event in a few words, with the id of the meeting that it shows.
func (d *show) look(ev calendar.Event, err error) (words string, id int64) {
	switch {
	case errors.Is(err, calendar.ErrGone):
		return "(deleted)", 0
	case err != nil:
		return "(broken)", 0
	case ev.Link.JoinURL == "":
		return "no link", 0
	}
	for _, m := range d.zoom.Meetings() {
		if m.JoinURL == ev.Link.JoinURL {
			id = m.ID
		}
	}
	return strconv.FormatInt(id, 10), id
}

// atZoom is a meeting as Zoom has it.
func (d *show) atZoom(id int64) string {
	for _, m := range d.zoom.Meetings() {
		if m.ID != id {
			continue
		}
		when := "any time"
		if !m.Start.IsZero() {
			when = fmt.Sprintf("%s, %d min", m.Start.In(berlin()).Format("Mon 15:04"), int(m.Duration.Minutes()))
		}
		return terminal.Middle(m.Topic, topicWidth) + ", " + when
	}
	return "-"
}

// berlin is the zone of the demo's events.
func berlin() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return time.UTC
	}
	return zone
}

// picture shows an event as an app would.
func (d *show) picture(ctx context.Context, file string) error {
	ev, err := d.reader.Get(ctx, file)
	if err != nil {
		return err
	}
	d.say("    %s", ev.Title)
	d.say("    %s", ev.Start.Format("Mon 2 Jan 2006 15:04 MST"))
	d.say("    Location: %s\n", ev.Location)
	for line := range strings.Lines(ev.Description) {
		d.say("    %s", strings.TrimRight(line, "\r\n"))
	}
	return nil
}

// summary counts, and says whether all is as it should be: the demo is also a test.
func (d *show) summary(ctx context.Context) error {
	links, err := d.remote.Links(ctx)
	if err != nil {
		return err
	}
	meetings := d.zoom.Meetings()
	d.say("\n%d events hold a working link, Zoom has %d meetings: one for each, none left\nover.", len(links.Links),
		len(meetings))
	if mails := len(d.graph.Mails()); mails != wantedMails {
		return fmt.Errorf("that is not what the demo expects: %d mails, and %d would be right", mails, wantedMails)
	}
	if len(links.Links) != len(meetings) || len(links.Links) != wantedLinks {
		return fmt.Errorf("that is not what the demo expects: %d links, %d meetings, and %d of each would be right",
			len(links.Links), len(meetings), wantedLinks)
	}
	d.say("\nNext: zoomtag init sets it up for your own calendar.")
	return nil
}
