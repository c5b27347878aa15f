package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/sync/reason"
)

// Setup is what is known of zoomtag's own set-up.
type Setup struct {
	Now time.Time
	// Accounts are the Zoom accounts, or what stands for one.
	Accounts []AccountFacts
	// Skew is how far this machine's clock is ahead of Zoom's; Skewed says that it is known.
	Skew      time.Duration
	Skewed    bool
	Calendars []CalendarFacts
	Budget    []BudgetFacts
	Events    []EventFacts
	// Contradictory are the calendars for which the configuration asks for a waiting room and for joining before the
	// host.
	Contradictory []string
	// Leftovers are meetings of ours that no event has.
	Leftovers []LeftoverFacts
	// Displaced is why the state is not where it was, and DisplacedCure what mends that, in a sentence.
	Displaced, DisplacedCure string
	// Ways are the ways of telling people in which nobody can be told anything.
	Ways []WayFacts
	// Lists are the lists of calendars that cannot be read, or are not believed.
	Lists []ListFacts
	// Exposed says that others may write to the folder of the state, and ExposedCure how to end that, in a sentence;
	// empty where they may not.
	Exposed, ExposedCure string
	// Readable says that others may read the state, and ReadableCure how to end that, in a sentence; empty where they
	// may not.
	Readable, ReadableCure string
	// Database is that which workers share; nil where the state is a file, or nobody has looked.
	Database *DatabaseFacts
}

// WayFacts are what is known of a way of telling people that fails.
type WayFacts struct {
	Name  string
	Since time.Time
	Error string
}

// ListFacts are what is wrong with a list of calendars.
type ListFacts struct {
	Name, Error string
	Code        reason.Code
	Cure        string // a sentence; "" where nobody knows more than what mends it as a rule
}

// AccountFacts are what is known of a Zoom account.
type AccountFacts struct {
	Name string // empty for the only one, which has none
	// API says that meetings are made through the Zoom API. Error is why it could not be asked and Cure what mends
	// that, in a sentence, Lacking which scopes there are not.
	API     bool
	Error   string
	Cure    string
	Lacking meeting.Scopes
	// Unasked says that nobody has asked it.
	Unasked bool
	// Person is the sign-in of the person who hosts; nil where the account's app makes the meetings.
	Person *CalendarFacts
}

// CalendarFacts are what is known of a watched calendar.
type CalendarFacts struct {
	Name, Provider string
	// Account is, of a sign-in at Zoom, the account that it is for, where accounts have names.
	Account string
	// Said is what the calendar says of itself; Error why it cannot be read, Denied that it must not be.
	Said     string
	ReadOnly bool
	Error    string
	Denied   bool
	// Unasked says that nobody has asked it; Error is then what is remembered.
	Unasked bool
	// App says that an organisation's app reads it, and not a person who signed in.
	App bool
	// Held is why a brake holds it, Overdue for how long no pass of a running daemon has ended.
	Held, Overdue string
	// ErrorCode and HeldCode are the codes of Error and of Held (package reason); empty where nobody remembers them.
	ErrorCode, HeldCode reason.Code
	// LastPass is why the last pass has failed, where the calendar itself was asked and can be read; LastCode is its
	// code and LastCure what mends it, in a sentence.
	LastPass string
	LastCode reason.Code
	LastCure string
	// Cure is what mends Error, HeldCure Held, OverdueCure Overdue, and RightsCure that it can only be read, each in a
	// sentence; empty where nobody knows more than what mends it as a rule.
	Cure, HeldCure, OverdueCure, RightsCure string
	// SignsIn says that a person has to sign in for it; SignedIn is when that was, Refused since when it is no longer
	// accepted, and Reason why. Unusable is why a sign-in that was made cannot be read.
	SignsIn           bool
	SignedIn, Refused time.Time
	// Ends is when the service lets the sign-in end, however much it is used; zero where it has not said so.
	Ends time.Time
	// Cure of Unusable is UnusableCure, in a sentence; "" where nobody knows one.
	Reason, Unusable, UnusableCure string
	// Secret says that zoomtag signs in with a client secret, whose end nobody tells.
	Secret bool
	// CertificateEnd is when the certificate ends with which zoomtag signs in.
	CertificateEnd time.Time
}

// BudgetFacts are how many of a host's create and update calls of this day are used. Account names the host's, where
// accounts have names.
type BudgetFacts struct {
	Host        string
	Account     string
	Used, Limit int
}

// LeftoverFacts are a meeting that no event has. Mend is what ends it.
type LeftoverFacts struct{ ID, Topic, Host, Mend string }

// EventFacts are an event that zoomtag could not do something for.
type EventFacts struct {
	Calendar, ID, Title, Reason string
	Code                        reason.Code // of Reason
	Cure                        string      // of Reason, in a sentence; "" where nobody knows any
	Start                       *time.Time  // nil where it is not known
}

// JudgeSetup says what is wrong with the set-up, and what is well.
func JudgeSetup(s Setup) (list []Finding, well []string) {
	list, well = s.clock()
	database, answers := s.Database.judge()
	list, well = append(list, database...), append(well, answers...)
	for _, a := range s.Accounts {
		found, fine := a.judge(s.Now)
		for i := range found {
			found[i].Account = a.Name
		}
		for _, said := range fine {
			if a.Name != "" {
				said = "Zoom account " + a.Name + ": " + said
			}
			well = append(well, said)
		}
		list = append(list, found...)
	}
	for _, c := range s.Calendars {
		found, fine := c.judge(s.Now)
		for i := range found {
			found[i].Calendar = c.Name
		}
		list, well = append(list, found...), append(well, fine...)
	}
	list = append(append(list, s.shared()...), s.single()...)
	return list, well
}

// shared are what stands against all at once: hosts' budgets, the configuration, the state.
func (s Setup) shared() (list []Finding) {
	for _, b := range s.Budget {
		if b.Used*10 >= b.Limit*8 {
			f := found(BudgetSpent, fmt.Sprintf("%d of %s's %d create and update calls of this day are used", b.Used,
				b.Host, b.Limit))
			f.Account, f.Host = b.Account, b.Host
			list = append(list, f)
		}
	}
	if len(s.Contradictory) > 0 {
		list = append(list, found(Contradiction, "for "+strings.Join(s.Contradictory, ", ")+
			" the configuration asks for a waiting room and for joining before the host: the waiting room wins"))
	}
	if s.Exposed != "" {
		list = append(list, found(StateExposed, s.Exposed).cured(s.ExposedCure))
	}
	if s.Readable != "" {
		list = append(list, found(StateReadable, s.Readable).cured(s.ReadableCure))
	}
	if s.Displaced != "" {
		list = append(list, found(StateReplaced, s.Displaced).cured(s.DisplacedCure))
	}
	return list
}

// single are what stands against single things: ways of telling people, lists, meetings and events.
func (s Setup) single() (list []Finding) {
	for _, w := range s.Ways {
		f := found(WayFails, w.Error)
		f.Title = w.Name
		list = append(list, f)
	}
	for _, l := range s.Lists {
		f := found(ListFails, l.Error).because(l.Code).cured(l.Cure)
		f.Title = "List " + l.Name
		list = append(list, f)
	}
	for _, l := range s.Leftovers {
		f := found(Leftover, "meeting "+l.ID+" has no event: "+l.Topic).mended(l.Mend)
		f.Host, f.Meeting = l.Host, l.ID
		list = append(list, f)
	}
	for _, e := range s.Events {
		if s.saidOfAccount(e.Reason) {
			continue
		}
		list = append(list, JudgeEvent(e))
	}
	return list
}

// JudgeEvent says why zoomtag could not do something for an event.
func JudgeEvent(e EventFacts) Finding {
	f := found(EventFails, e.Reason).cured(e.Cure)
	f.Calendar, f.EventID, f.Title = e.Calendar, e.ID, e.Title
	f.Start, f.Reason = e.Start, e.Code
	return f
}

// saidOfAccount reports whether what stands against an event is what stands against an account: then it was said. What
// a service calls the single answer, in brackets behind the sentence, differs each time.
func (s Setup) saidOfAccount(reason string) bool {
	sentence, _, _ := strings.Cut(reason, " (")
	return slices.ContainsFunc(s.Accounts, func(a AccountFacts) bool {
		said, _, _ := strings.Cut(a.Error, " (")
		return said != "" && said == sentence
	})
}

// How far a clock may be wrong: tokens are refused beyond the second.
const (
	skewWarning = 2 * time.Minute
	skewError   = 5 * time.Minute
)

// clock judges this machine's clock.
func (s Setup) clock() (list []Finding, well []string) {
	if s.Skewed {
		switch off := s.Skew.Abs().Round(time.Second); {
		case off > skewError:
			list = append(list, found(ClockSkew, "this machine's clock is "+aheadOr(s.Skew)))
		case off > skewWarning:
			list = append(list, found(ClockSkew, "this machine's clock is "+aheadOr(s.Skew)).milder(Warning))
		default:
			well = append(well, "the clock is right")
		}
	}
	return list, well
}

// judge judges credentials and scopes.
func (a AccountFacts) judge(now time.Time) (list []Finding, well []string) {
	switch {
	case !a.API:
		return append(list, found(NoAPI, "zoom.mode is personal: Zoom is not asked about the room")), well
	case a.Person != nil:
		person, fine := a.Person.signIn(now)
		list, well = append(list, person...), append(well, fine...)
		if Failed(person) {
			return list, well
		}
	}
	if a.Error != "" {
		mend := "Do what the message says, then run zoomtag retry."
		if a.Cure != "" {
			mend = a.Cure + " Then run zoomtag retry."
		}
		return append(list, found(Credentials, a.Error).mended(mend)), well
	}
	if a.Unasked {
		return list, well
	}
	well = append(well, "Zoom accepts the credentials")
	for _, scope := range a.Lacking.Needed {
		list = append(list, found(ScopeMissing, "the Zoom app lacks "+scope.Name+", which is for "+scope.For))
	}
	for _, scope := range a.Lacking.Useful {
		list = append(list, found(ScopeMissing, "the Zoom app lacks "+scope.Name+", which is for "+
			scope.For).milder(Note))
	}
	if len(a.Lacking.Needed) == 0 {
		well = append(well, "no scope is missing that links need")
	}
	return list, well
}

func aheadOr(skew time.Duration) string {
	if skew < 0 {
		return skew.Abs().Round(time.Second).String() + " behind Zoom's"
	}
	return skew.Round(time.Second).String() + " ahead of Zoom's"
}

// Days of certificates and sign-ins.
const (
	day = 24 * time.Hour
	// testingLife is how long Google lets a sign-in of an app in Testing live, and some hours that it takes to notice.
	testingLife = 7 * day
	testingMore = testingLife + 12*time.Hour
	testingLess = testingLife - 12*time.Hour
	// endsSoon is when the end of a certificate is worth a word.
	endsSoon = 30 * day
)

func (c CalendarFacts) judge(now time.Time) (list []Finding, well []string) {
	signIn, fine := c.signIn(now)
	list, well = append(list, signIn...), append(well, fine...)
	if end := c.CertificateEnd; !end.IsZero() {
		switch left := end.Sub(now); {
		case left <= 0:
			list = append(list, found(CertificateEnd, "the certificate ended on "+end.UTC().Format(time.DateOnly)))
		case left < endsSoon:
			list = append(list, found(CertificateEnd, fmt.Sprintf("the certificate ends in %s, on %s",
				words.Count(int(left/day), "day"), end.UTC().Format(time.DateOnly))).milder(Warning))
		default:
			well = append(well, fmt.Sprintf("%s: the certificate is good for %s", c.Name,
				words.Count(int(left/day), "day")))
		}
	}
	if c.Secret {
		well = append(well, c.Name+": Microsoft tells only at entra.microsoft.com, under Certificates & secrets, "+
			"when the client secret ends")
	}
	stands, fine := c.reading()
	list, well = append(list, stands...), append(well, fine...)
	if c.Held != "" {
		list = append(list, found(CalendarHeld, c.Held).because(c.HeldCode).
			mended("Look at it, then run zoomtag release "+c.Name+".").cured(c.HeldCure))
	}
	if c.Overdue != "" {
		list = append(list, found(CalendarOverdue, c.Name+": "+c.Overdue).because(reason.Overdue).
			cured(c.OverdueCure))
	}
	return list, well
}

// reading judges whether the calendar can be read and written.
func (c CalendarFacts) reading() (list []Finding, well []string) {
	deniedByMailbox := c.Denied && c.Provider == "outlook" && c.App
	notSignedIn := c.SignsIn && (c.SignedIn.IsZero() || !c.Refused.IsZero())
	failed := c.LastPass != "" && c.Error == "" && !notSignedIn
	if failed {
		mend := strings.TrimSpace(cmp.Or(c.LastCure, of(CalendarFails).Mend) + " Then run zoomtag sync.")
		list = append(list, found(CalendarFails, "the last pass failed: "+c.LastPass).because(c.LastCode).mended(mend))
	}
	switch {
	case c.Error != "" && deniedByMailbox:
		list = append(list, found(MailboxDenied, c.Error).cured(c.Cure))
	case c.Error != "" && notSignedIn: // said already
	case c.Error != "":
		list = append(list, found(CalendarFails, c.Error).because(c.ErrorCode).cured(c.Cure))
	case c.ReadOnly:
		list = append(list, found(ReadOnly, c.Said).because(reason.NotWritable).cured(c.RightsCure))
	case c.Unasked, failed:
	case c.Said != "":
		well = append(well, c.Name+": "+c.Said)
	default:
		well = append(well, c.Name+": can be read")
	}
	return list, well
}

// signIn judges a person's sign-in. Most services do not say when one ends; what can be known is its age.
func (c CalendarFacts) signIn(now time.Time) (list []Finding, well []string) {
	if !c.SignsIn {
		return nil, nil
	}
	again := "Run zoomtag auth " + c.Provider + " --calendar " + c.Name + "."
	if c.Provider == "zoom" {
		again = "Run " + strings.TrimSpace("zoomtag auth zoom "+c.Account) + "."
	}
	age := now.Sub(c.SignedIn)
	refused := fmt.Sprintf("the sign-in of %s is no longer accepted since %s", date(c.SignedIn), date(c.Refused))
	if c.Reason != "" { // signing in again without looking may only move the trouble to another machine
		refused, again = refused+": "+c.Reason, "See to the reason first. "+again
	}
	lived := c.Refused.Sub(c.SignedIn)
	sevenDays := lived > testingLess && lived < testingMore
	switch {
	case c.Unusable != "" && c.Provider == "zoom":
		cure := cmp.Or(c.UnusableCure, "Mend what the message names.")
		return []Finding{found(Credentials, c.Unusable).mended(cure)}, nil
	case c.Unusable != "" && c.UnusableCure != "":
		return []Finding{found(CalendarFails, c.Unusable).mended(c.UnusableCure)}, nil
	case c.Unusable != "":
		return []Finding{found(CalendarFails, c.Unusable)}, nil
	case c.SignedIn.IsZero():
		return []Finding{found(NobodySignedIn, "nobody has signed in").mended(again)}, nil
	case !c.Refused.IsZero() && c.Provider == "google" && sevenDays:
		return []Finding{found(TestingApp, fmt.Sprintf("the sign-in of %s died after seven days",
			date(c.SignedIn)))}, nil
	case !c.Refused.IsZero():
		return []Finding{found(SignInRefused, refused).mended(again)}, nil
	case !c.Ends.IsZero():
		return c.ends(now)
	case c.Provider == "google" && age < testingMore:
		left := max(int((testingLife-age)/day), 0)
		return []Finding{found(TestingApp, fmt.Sprintf("signed in %s; if the app is in Testing, %s %s left", ago(age),
			words.Count(left, "day"), words.Are(left))).milder(Note).
			mended("See that console.cloud.google.com/auth/audience says In production.")}, nil
	case c.Provider == "google":
		return nil, []string{c.Name + ": signed in " + ago(age) +
			", which lasts as long as it is used every six months"}
	}
	return nil, []string{c.Name + ": signed in " + ago(age) + ", which lasts as long as it is used every 90 days"}
}

// ends judges a sign-in of which the service has said when it ends. A new one of an app in Testing ends soon as well.
func (c CalendarFacts) ends(now time.Time) (list []Finding, well []string) {
	left := c.Ends.Sub(now)
	if left > testingLife {
		return nil, []string{c.Name + ": the sign-in lasts until " + date(c.Ends)}
	}
	what := fmt.Sprintf("the sign-in ends in %s, on %s", words.Count(int(left/day), "day"), date(c.Ends))
	if left < day {
		what = "the sign-in ends on " + c.Ends.UTC().Format("2006-01-02 15:04 UTC")
	}
	return []Finding{found(TestingApp, what).milder(Warning)}, nil
}

func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func ago(age time.Duration) string {
	if age < day {
		return "today"
	}
	return words.Count(int(age/day), "day") + " ago"
}

// WrongConfiguration is the finding that there is no good configuration.
func WrongConfiguration(why string) Finding { return found(Configuration, why) }
