package configs

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/robfig/cron/v3"

	"zoomtag/providers/words"
)

var (
	mailAddress  = regexp.MustCompile(`^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$`)
	ownerAddress = regexp.MustCompile(`^[^\s@<>,;"]+@[^\s@<>,;"]+$`) // a calendar server at home may have no domain
	zoomUserID   = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)
)

// check looks at a value of the kind that a field's `is` tag names, and returns it as the configuration keeps it. What
// must not be empty is refused here; where empty has a meaning, it passes. A personal link is never quoted: it holds a
// passcode.
func (d *decoder) check(kind, text string) (string, error) {
	switch kind {
	case "path":
		return d.path(text)
	case "link-text":
		return d.linkText(text)
	case "passcode":
		if err := checkPasscode(text); err != nil {
			return "", err // not to be shown by anybody later
		}
		return text, nil
	}
	if check, known := checks[kind]; known {
		return text, check(text)
	}
	check, known := ifWritten[kind]
	if text == "" || !known {
		return text, nil
	}
	return text, check(text)
}

// checks are what looks at a value, by the kind of it.
var checks = map[string]func(string) error{
	"cron": checkCron,
	"name": checkName,
	"word": checkWord,
	"url":  checkURL,
	"line": checkLine,
}

// ifWritten are what looks at a value where there is one.
var ifWritten = map[string]func(string) error{
	"listen":        checkListen,
	"header":        checkHeader,
	"network":       checkNetwork,
	"zone":          unless(GuessZone, checkZone),
	"option":        checkOption,
	"hosts":         checkTagHost,
	"pattern":       checkPattern,
	"mail":          func(text string) error { return checkMail(text, false) },
	"owner":         func(text string) error { return checkMail(text, true) },
	"host":          checkHost,
	"alternative":   unless(Guests, func(text string) error { return checkMail(text, false) }),
	"calendar-host": unless(Organizer, checkHost),
	"organizer":     unless(Organizer, onlyOrganizer),
	"account":       checkAccount,
	"join-link":     checkJoinLink,
	"hours":         checkQuiet,
	"hook":          checkHook,
	"mail-server":   checkMailServer,
	"notice": func(text string) error {
		return oneOf([]string{NoticeProblem, NoticeResolved, NoticeLink}, text)
	},
}

// unless is a check that lets a word pass that stands for something else.
func unless(word string, check func(string) error) func(string) error {
	return func(text string) error {
		if text == word {
			return nil
		}
		return check(text)
	}
}

// checkPasscode refuses what is probably a passcode: it is not to be shown.
func checkPasscode(text string) error {
	if text == "auto" || text == "none" {
		return nil
	}
	return words.Mend(errors.New("possible are auto and none"),
		"a passcode of your own belongs into the tag: #zoom(passcode=…)")
}

// onlyOrganizer refuses a host where only the word for whoever organizes can stand.
func onlyOrganizer(string) error {
	return words.Mend(errors.New("here it can only be organizer"),
		"write the mail address of a Zoom user into zoom, or into a calendar")
}

// oneOf checks a word against those that are allowed.
func oneOf(allowed []string, text string) error {
	if slices.Contains(allowed, text) {
		return nil
	}
	last := len(allowed) - 1
	list := strings.Join(allowed[:last], ", ") + " or " + allowed[last]
	if near := words.Nearest(text, allowed); near != "" {
		return words.Mend(fmt.Errorf("%s is not known", quote(text)), fmt.Sprintf(
			"did you mean %q? Possible are %s", near, list))
	}
	return words.Mend(fmt.Errorf("%s is not known", quote(text)), "possible are "+list)
}

// maxCron is far longer than any sensible schedule; the cron parser's work grows with it.
const maxCron = 200

// whenever is a day from which to ask whether a schedule ever comes; any would do.
var whenever = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func checkCron(text string) error {
	fields := strings.Fields(text)
	if len(fields) == 0 || len(text) > maxCron {
		return errors.New(`a schedule is five fields, as in "*/5 * * * *", or @every 1m, @hourly`)
	}
	zone, hasZone := strings.CutPrefix(fields[0], "CRON_TZ=")
	if !hasZone {
		zone, hasZone = strings.CutPrefix(fields[0], "TZ=")
	}
	if hasZone {
		if err := checkZone(zone); err != nil {
			return err
		}
		// The cron library looks for a space behind the zone and panics without one.
		if fields = fields[1:]; len(fields) == 0 || !strings.Contains(text, zone+" ") {
			return words.Mend(fmt.Errorf("%s names a zone but no times", quote(text)),
				"write it like CRON_TZ=Europe/Berlin 0 7 * * *")
		}
	}
	if fields[0] == "@every" {
		if err := checkEvery(fields[1:]); err != nil {
			return err
		}
	}
	schedule, err := cron.ParseStandard(text)
	if err != nil {
		return words.Mend(fmt.Errorf("%s is not a schedule (%w)", quote(text), err),
			"write five fields, as in \"*/5 * * * *\", or @every 1m, @hourly")
	}
	if schedule.Next(whenever).IsZero() {
		return words.Mend(fmt.Errorf("%s never comes: there is no such day", quote(text)),
			"check day and month")
	}
	return nil
}

func checkEvery(fields []string) error {
	every, err := time.ParseDuration(strings.Join(fields, " "))
	if err != nil {
		return errors.New("@every needs a duration such as 90s, 10m or 1h30m")
	}
	if every < time.Second {
		return words.Mend(fmt.Errorf("@every %s is too often", every), "a second is the least")
	}
	return nil
}

// maxNote is how long a line may be that stands in every event, in bytes.
const maxNote = 200

func checkLine(text string) error {
	if strings.ContainsAny(text, "\r\n") || len(text) > maxNote {
		return fmt.Errorf("it has to be one line of at most %d bytes", maxNote)
	}
	return nil
}

// GuessZone is the zone that has times read whose own zone nobody knows.
const GuessZone = "guess"

func checkZone(text string) error {
	if text == "" || strings.EqualFold(text, "local") {
		return words.Mend(errors.New("a zone is named as in Europe/Berlin"),
			"leave the key out to use this machine's")
	}
	if _, err := time.LoadLocation(text); err != nil {
		if near := nearZone(text); near != "" {
			return words.Mend(fmt.Errorf("%s is not a time zone that is known here", quote(text)), fmt.Sprintf(
				"did you mean %q?", near))
		}
		return words.Mend(fmt.Errorf("%s is not a time zone that is known here", quote(text)),
			"write it like Europe/Berlin")
	}
	return nil
}

// MaxName keeps names short enough for tables and logs.
const MaxName = 64

func checkName(text string) error {
	switch {
	case text == "" || utf8.RuneCountInString(text) > MaxName:
		return fmt.Errorf("a name has 1 to %d characters", MaxName)
	case strings.HasPrefix(text, "-"):
		return words.Mend(fmt.Errorf(
			"%s begins with a hyphen and would be taken for a flag on the command line", quote(text)),
			"choose another name")
	case strings.ContainsFunc(text, unicode.IsSpace) || strings.ContainsAny(text, `/\`):
		return words.Mend(fmt.Errorf("%s holds a space or a slash, which a name must not", quote(text)),
			"use - or _ instead")
	}
	return nil
}

// accountName is what can stand in a tag, and in the name of a file.
var accountName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]*$`)

func checkAccount(text string) error {
	if !accountName.MatchString(text) || len(text) > MaxName {
		return words.Mend(fmt.Errorf("%s cannot be the name of a Zoom account", quote(text)), fmt.Sprintf(
			"write up to %d letters, digits, - and _", MaxName))
	}
	return nil
}

func checkWord(text string) error {
	switch {
	case strings.ContainsFunc(text, unicode.IsSpace):
		return words.Mend(fmt.Errorf("%s holds white space", quote(text)), "a tag is one word, such as #zoom")
	case strings.ContainsAny(text, `()",`):
		return words.Mend(fmt.Errorf("%s holds a bracket, quote or comma, which begin and separate the options of a tag",
			quote(text)), "choose another word")
	}
	return nil
}

func checkMail(text string, orAny bool) error {
	switch {
	case strings.ContainsFunc(text, unseen):
		return words.Mend(fmt.Errorf("%s holds a character that nobody sees", quote(text)), "type it anew")
	case len(text) > len(mailScheme) && strings.EqualFold(text[:len(mailScheme)], mailScheme):
		return words.Mend(fmt.Errorf("%s begins with %s, which no mail address does", quote(text), mailScheme),
			"leave that out")
	case mailAddress.MatchString(text), orAny && (text == AnyOwner || ownerAddress.MatchString(text)):
		return nil
	case orAny:
		return words.Mend(fmt.Errorf("%s is not a mail address", quote(text)), fmt.Sprintf(
			"write it like alice@example.com, or %q for everybody", AnyOwner))
	}
	return words.Mend(fmt.Errorf("%s is not a mail address", quote(text)), "write it like alice@example.com")
}

const mailScheme = "mailto:"

// unseen reports whether a character takes no place: what is copied from web pages and documents holds such, and an
// address with one is nobody's.
func unseen(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }

// Organizer is the host that stands for whoever keeps a calendar: their own licence at Zoom if they have one, else the
// host as configured.
const Organizer = "organizer"

// Guests is the alternative host that stands for all guests of an event who are licensed users of the account.
const Guests = "guests"

func checkHost(text string) error {
	if mailAddress.MatchString(text) || zoomUserID.MatchString(text) {
		return nil
	}
	return words.Mend(fmt.Errorf("%s is not a Zoom user", quote(text)),
		"write the mail address with which the host signs in to Zoom")
}

func checkListen(text string) error {
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return words.Mend(fmt.Errorf("%s is not an address", quote(text)), fmt.Sprintf(
			"write host and port, as in %s, or \"\" for none", DefaultListen))
	}
	return nil
}

// headerName is the name of a header that a proxy may set (RFC 9110, section 5.1).
var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$")

// ownHeaders are set by each browser, and so prove nothing.
var ownHeaders = []string{"accept", "authorization", "connection", "cookie", "host", "origin", "referer", "user-agent"}

func checkHeader(text string) error {
	if !headerName.MatchString(text) {
		return words.Mend(fmt.Errorf("%s is no name of a header", quote(text)),
			"write it like X-Forwarded-User")
	}
	if slices.Contains(ownHeaders, strings.ToLower(text)) {
		return words.Mend(fmt.Errorf("%s comes from browsers, and so proves nothing", quote(text)),
			"name a header that the proxy alone sets, like X-Forwarded-User")
	}
	return nil
}

func checkNetwork(text string) error {
	if _, err := Network(text); err != nil {
		return words.Mend(fmt.Errorf("%s is no address and no network", quote(text)),
			"write it like 10.1.2.3 or 10.0.0.0/8")
	}
	return nil
}

// Network reads an address, which is a network of one, or a network.
func Network(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		address = address.Unmap().WithZone("")
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

// withHost reads a URL that has to name a host.
func withHost(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return nil, words.Mend(errors.New("this is not a URL with a host"),
			"write it like https://host.example.com/path")
	}
	return u, nil
}

// checkURL accepts https, and http for this machine only: no credential crosses a network in the open.
func checkURL(text string) error {
	u, err := withHost(text)
	switch {
	case err != nil:
		return err
	case u.User != nil:
		return words.Mend(errors.New("the URL holds a user name or password"),
			"put them into the keys made for them")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errors.New("the URL must end before its ? or #")
	}
	return checkScheme(u)
}

func checkScheme(u *url.URL) error {
	if u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()) {
		return nil
	}
	return errors.New("the URL must begin with https:// (plain http is for loopback addresses such as 127.0.0.1 only)")
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")
}

func checkJoinLink(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil {
		return words.Mend(errors.New("this is not a link"),
			"copy it from Zoom: Meetings, Personal Room, Copy Invitation")
	}
	if strings.HasPrefix(u.Path, "/s/") || u.Query().Has("zak") {
		return words.Mend(errors.New("this link starts the meeting as its host"),
			"copy the one for guests, with /j/ or /my/ in it")
	}
	return checkScheme(u)
}

// path makes a path absolute: ~ is the home folder, anything else is relative to the configuration's own folder.
func (d *decoder) path(text string) (string, error) {
	if rest, ok := strings.CutPrefix(text, "~"); ok && (rest == "" || rest[0] == '/') {
		if d.home == "" {
			return "", words.Mend(fmt.Errorf("%s: nobody knows what ~ stands for, $HOME is not set", quote(text)),
				"write the whole path")
		}
		return filepath.Join(d.home, rest), nil
	}
	if text == "" || filepath.IsAbs(text) {
		return text, nil
	}
	return filepath.Join(d.folder, text), nil
}

func (d *decoder) linkText(text string) (string, error) {
	file, ok := strings.CutPrefix(text, "template:")
	if !ok {
		return text, oneOf([]string{"short", "invitation", "template:PATH"}, text)
	}
	if file == "" {
		return text, errors.New("template: needs the path of a file behind it")
	}
	file, err := d.path(file)
	return "template:" + file, err
}

// maxGrace is where a grace period becomes forgetting: the journal is pruned before.
const maxGrace = 30 * 24 * time.Hour

// parseDuration reads a duration of the kind that a field's `is` tag names.
func parseDuration(kind, text string) (time.Duration, error) {
	if kind == "join" {
		return parseJoin(text)
	}
	length, err := time.ParseDuration(text)
	poll := kind == "poll"
	switch {
	case err != nil && strings.HasSuffix(text, "d"):
		return 0, words.Mend(fmt.Errorf("%s is not a duration", quote(text)),
			"count days in hours: a day is 24h")
	case err != nil:
		return 0, words.Mend(fmt.Errorf("%s is not a duration", quote(text)),
			"write a number with its unit, as in 90s, 10m or 1h30m")
	case poll && (length < leastPoll || length > mostPoll):
		return 0, words.Mend(fmt.Errorf("%s is out of range", quote(text)),
			fmt.Sprintf("possible are %s to %.0fh", leastPoll, mostPoll.Hours()))
	case length < 0 || length > maxGrace:
		return 0, words.Mend(fmt.Errorf("%s is out of range", quote(text)), fmt.Sprintf(
			"possible are 0s to %.0fh", maxGrace.Hours()))
	}
	return length, nil
}

// parseJoin reads how early guests may come in; Zoom knows these steps only (jbh_time).
func parseJoin(text string) (time.Duration, error) {
	early, err := time.ParseDuration(text)
	if err != nil || early < 0 || early > 15*time.Minute || early%(5*time.Minute) != 0 {
		return 0, words.Mend(fmt.Errorf("%s is not possible", quote(text)),
			"write false, 0m (any time), 5m, 10m or 15m")
	}
	return early, nil
}
