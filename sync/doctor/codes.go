package doctor

import (
	"cmp"
	"slices"
	"strings"

	"zoomtag/sync/reason"
)

// Code is what a code stands for. Codes are a promise: a code keeps its meaning for ever, and one that is given up is
// not used again.
type Code struct {
	Code     string
	Severity Severity // as a rule; a finding may be milder
	Side     Side
	Meaning  string
	Mend     string // as a rule; a finding may name it more exactly
}

// The codes. 1xx is the text of a link, 2xx the meeting, 3xx who gets in, 4xx host and plan, 5xx the set-up, 6xx the
// network.
const (
	NotZoom       = "ZT-101"
	LookAlike     = "ZT-102"
	StartLink     = "ZT-103"
	PersonalLink  = "ZT-104"
	BrokenLink    = "ZT-105"
	NoPasscode    = "ZT-106"
	NotAJoinLink  = "ZT-107"
	WrappedLink   = "ZT-108"
	ForeignLink   = "ZT-109"
	SeveralLinks  = "ZT-110"
	OtherMeeting  = "ZT-201"
	Deleted       = "ZT-202"
	Expired       = "ZT-203"
	Expiring      = "ZT-204"
	Rotated       = "ZT-205"
	OtherTime     = "ZT-206"
	Unread        = "ZT-207"
	LinkMissing   = "ZT-208"
	SecondEvent   = "ZT-209"
	NotAsAsked    = "ZT-210"
	WaitingRoom   = "ZT-301"
	HostAway      = "ZT-302"
	SignIn        = "ZT-303"
	WrongDomain   = "ZT-304"
	Registration  = "ZT-305"
	FortyMinutes  = "ZT-401"
	HostBusy      = "ZT-402"
	HostInactive  = "ZT-403"
	NoLicence     = "ZT-404"
	TooMany       = "ZT-405"
	SharedRoom    = "ZT-406"
	Locked        = "ZT-407"
	ClientVersion = "ZT-408"
	HostUnknown   = "ZT-409"

	Configuration   = "ZT-501"
	Credentials     = "ZT-502"
	ScopeMissing    = "ZT-503"
	ClockSkew       = "ZT-504"
	SignInRefused   = "ZT-505"
	TestingApp      = "ZT-506"
	NobodySignedIn  = "ZT-507"
	CalendarFails   = "ZT-508"
	ReadOnly        = "ZT-509"
	CalendarHeld    = "ZT-510"
	BudgetSpent     = "ZT-511"
	NoAPI           = "ZT-512"
	MailboxDenied   = "ZT-513"
	CertificateEnd  = "ZT-514"
	EventFails      = "ZT-515"
	Contradiction   = "ZT-516"
	CalendarOverdue = "ZT-517"
	StateExposed    = "ZT-518"
	Leftover        = "ZT-519"
	StateReplaced   = "ZT-520"
	WayFails        = "ZT-521"
	ListFails       = "ZT-522"

	DatabaseFails  = "ZT-523"
	DatabaseClock  = "ZT-524"
	DatabaseLax    = "ZT-525"
	DatabasePlain  = "ZT-526"
	NobodyWorks    = "ZT-527"
	WorkerSilent   = "ZT-528"
	WorkersDiffer  = "ZT-529"
	DatabaseFull   = "ZT-530"
	DatabasePooled = "ZT-531"
	StateReadable  = "ZT-532"

	NoName        = "ZT-601"
	NoConnection  = "ZT-602"
	Untrusted     = "ZT-603"
	Intercepted   = "ZT-604"
	ThroughProxy  = "ZT-605"
	MediaPorts    = "ZT-606"
	ZoomTrouble   = "ZT-607"
	StatusUnknown = "ZT-608"
)

var codes = []Code{
	{NotZoom, Error, Host, "The link does not lead to Zoom.",
		"Copy the link again from Zoom, or use the service that it belongs to."},
	{LookAlike, Error, Participant, "The link looks like Zoom's and leads to somebody else's site.",
		"Do not open it and sign in nowhere; ask the host, in another way, for the right link."},
	{StartLink, Error, Host, "The host's own start link, or its key (zak), is shown to guests: whoever has it is the " +
		"host.", "Take it out of the event, put the join link there, and let the host sign out of all devices at " +
		"zoom.us/profile."},
	{PersonalLink, Warning, Participant, "The link is one registered person's own (tk): it lets in one person.",
		"Give guests the registration page or the plain join link."},
	{BrokenLink, Error, Host, "The link is cut off or wrapped over two lines.",
		"Copy the whole link again; zoomtag writes its own again at the next pass."},
	{NoPasscode, Warning, Participant, "The link does not carry the meeting's passcode: guests are asked for it.",
		"Give guests the passcode, or switch on \"Embed passcode in invite link\" in the host's Zoom settings."},
	{NotAJoinLink, Error, Host,
		"The link leads to Zoom, but not into a meeting (a recording, dial-in numbers, a page).",
		"Copy the join link from the meeting's invitation."},
	{WrappedLink, Note, Participant, "The calendar or mail app has wrapped the link in its own link checker.",
		"Nothing, as long as it opens; the link without the wrap works as well."},
	{ForeignLink, Note, Host,
		"The meeting belongs to another account: only its host can see whether it is still there.",
		"Ask the host if in doubt."},
	{SeveralLinks, Warning, Host, "The event shows more than one Zoom link: guests may go to different meetings.",
		"Leave the one that counts and take the others out."},
	{OtherMeeting, Error, Host, "The event shows another meeting than the one that zoomtag keeps for it.",
		"Delete zoomtag's block from the event: the next pass writes the right one."},
	{Deleted, Error, Host, "Zoom has no such meeting: it was deleted.", "Recover it at zoom.us under Meetings, " +
		"Recently Deleted, within 7 days, so that the link that people have works again; else zoomtag makes a new " +
		"one at its next look, within a day, or as soon as you change a word of the event's title."},
	{Expired, Error, Host, "The meeting has expired: a single one 30 days after its date, a series or personal room " +
		"after 365 days without use.", "zoomtag makes a new one at its next look, within a day, or as soon as you " +
		"change a word of the event's title. Tell guests who have the old link."},
	{Expiring, Warning, Host, "The meeting may have expired when the event comes.",
		"Start it once before that: it then lives on."},
	{Rotated, Error, Host, "The meeting has another passcode than the link: old links ask for the new one.",
		"zoomtag writes the new link at its next look at the meeting, within a day, or as soon as you change a word " +
			"of the event's title. Tell guests who have the old one."},
	{OtherTime, Warning, Host, "Zoom has the meeting at another time than the event.", "zoomtag puts it right at its " +
		"next look at the meeting, within a day; sooner if you move it in Zoom's own app, or give the event another " +
		"time, let a pass go by, and put it back."},
	{Unread, Warning, Account, "Zoom could not be asked about the meeting.",
		"See the reason; run zoomtag doctor again when it is mended."},
	{LinkMissing, Warning, Host, "zoomtag keeps a meeting for the event, and the event does not show its link.",
		"Run zoomtag sync; zoomtag status says why if it stays so."},
	{SecondEvent, Warning, Host, "A second event shows a meeting that zoomtag keeps for another one: Zoom's own " +
		"calendar sync has made it, or somebody has copied the link.", "Switch the sync of meetings to the calendar " +
		"off at zoom.us under Settings, Mail & Calendar, and delete the second event; or give it a meeting of its " +
		"own with #zoom."},
	{NotAsAsked, Note, Host, "The link stands, and not all is as the event or the configuration asks for it.",
		"Change the event, its tag or the configuration; or nothing, if it may be as it is."},
	{WaitingRoom, Note, Host, "The waiting room is on: people land in the lobby until the host lets them in.",
		"Be there in time, or write #zoom(no-waiting-room)."},
	{HostAway, Warning, Host, "Nobody gets in before the host, and the host is not invited to the event.",
		"Invite the host, let #zoom(host=…) name who is there, or write #zoom(join-before-host)."},
	{SignIn, Warning, Participant, "Guests have to sign in to Zoom before they get in.",
		"Tell them, or switch it off for this meeting (meeting.sign_in)."},
	{WrongDomain, Error, Host, "Only people of certain mail domains get in, and guests of other domains are invited.",
		"Add their domains in the host's Zoom settings under authentication, or switch the sign-in off for this " +
			"meeting."},
	{Registration, Warning, Participant, "Guests have to register before they get in.",
		"Give guests the registration page."},
	{FortyMinutes, Warning, Account, "The host has Zoom's Basic plan: the meeting ends after 40 minutes, and the " +
		"event is longer.", "Plan a second meeting behind it, or give the host a licence."},
	{HostBusy, Error, Host, "The host has more meetings at that time than the plan allows at once: the later one " +
		"does not start.", "Move one of them, or let another host have it: #zoom(host=…)."},
	{HostInactive, Error, Account, "The host's Zoom user is not active: nobody can start the meeting.",
		"Activate the user at zoom.us under Admin, Users, or name another host."},
	{NoLicence, Error, Account, "The host has no plan that allows meetings.",
		"Give the user a Basic plan or a Zoom Meetings licence, or name another host."},
	{TooMany, Error, Account, "More people are invited than fit into the host's meetings.",
		"Invite fewer, or give the host a larger meeting licence."},
	{SharedRoom, Warning, Host, "Events at the same time share one room: their guests meet each other.",
		"Move one of them, or give it a meeting of its own: #zoom(scheduled)."},
	{Locked, Warning, Account, "Zoom keeps a setting otherwise than it was asked for: the administrator has locked " +
		"it, or the host's settings demand it.", "Unlock it at zoom.us under Account Settings, or ask for what is " +
		"allowed."},
	{ClientVersion, Note, Host, "The version of the Zoom app that the host used last; Zoom raises the oldest one " +
		"that it lets in about every three months.", "Update the app before the meeting if it is old."},
	{HostUnknown, Error, Account, "The Zoom account has no such user.",
		"Check zoom.host, the calendar's host, or host= in the tag."},

	{Configuration, Error, Account, "The configuration is wrong.", "Mend what the message names."},
	{Credentials, Error, Account, "Zoom does not accept zoomtag's credentials, or cannot be reached for them.",
		"Do what the message says: where Zoom was not reached, look at the network; where it refused, at account_id, " +
			"client_id and client_secret, and whether the app is activated at marketplace.zoom.us."},
	{ScopeMissing, Error, Account, "The Zoom app lacks a scope. Making, updating and deleting are three.",
		"Add the scope to the app at marketplace.zoom.us under Scopes."},
	{ClockSkew, Error, Account, "This machine's clock is wrong: sign-ins are refused, and meetings begin at the " +
		"wrong time.", "Switch on time synchronisation: timedatectl set-ntp true."},
	{SignInRefused, Error, Account, "A sign-in is no longer accepted.", "Sign in again with zoomtag auth."},
	{TestingApp, Error, Account, "Google ends sign-ins of an app whose publishing status is Testing after seven days.",
		"Press Publish app at console.cloud.google.com/auth/audience, then sign in again."},
	{NobodySignedIn, Error, Account, "Nobody has signed in for a calendar.", "Sign in with zoomtag auth."},
	{CalendarFails, Error, Account, "A calendar cannot be read.", "Mend what the message names."},
	{ReadOnly, Error, Account, "A calendar can be read and not changed: no link gets into it.",
		"Let its owner share it with the right to change events."},
	{CalendarHeld, Warning, Account, "A brake holds a calendar.", "Look at it, then run zoomtag release."},
	{BudgetSpent, Warning, Account, "The host's limit of create and update calls for this day is used up or nearly so.",
		"Wait for 00:00 UTC; look for another app that changes the same host's meetings."},
	{NoAPI, Note, Host, "A fixed personal room is used without the Zoom API: what Zoom knows of it cannot be asked.",
		"Nothing, unless a link fails; then join it yourself, or set up the API."},
	{MailboxDenied, Error, Account, "Microsoft does not let the app into the mailbox.", "Grant Calendars.ReadWrite " +
		"with admin consent, and add the mailbox to the scope of the app's access policy (Exchange Online: " +
		"Test-ApplicationAccessPolicy or Test-ServicePrincipalAuthorization)."},
	{CertificateEnd, Error, Account, "A certificate with which zoomtag signs in ends soon or has ended.",
		"Make a new one, upload its public half, and put it in the place of the old one."},
	{EventFails, Warning, Account, "zoomtag could not do what an event asks for.", "Mend what the message names."},
	{Contradiction, Note, Account, "The configuration asks for a waiting room and for joining before the host: with " +
		"a waiting room nobody gets in before the host.", "Leave one of them out: meeting.waiting_room or " +
		"meeting.join_before_host."},
	{CalendarOverdue, Error, Account, "The daemon has not read a calendar for longer than three of its intervals.",
		"Look into the log for what it waits for; if it lasts, restart zoomtag."},
	{StateExposed, Warning, Account, "Others may write to the folder of the state, and could replace the state and " +
		"the sign-ins in it.", "Take that right from them: chmod go-w and the folder."},
	{Leftover, Warning, Account, "A meeting that zoomtag has made has no event.",
		"Look whether somebody uses it; then cancel it with zoomtag cancel."},
	{StateReplaced, Error, Account, "The state was deleted or replaced while zoomtag runs.", "Restart zoomtag."},
	{WayFails, Warning, Account, "Nobody can be told anything in one of the ways of notify.",
		"Mend what the message names; zoomtag notify test tries the ways."},
	{ListFails, Warning, Account, "A list of calendars (calendars_from) cannot be read, or is not believed.",
		"Do what the message says; whom the list named before is watched meanwhile."},
	{DatabaseFails, Error, Account, "The database that workers share (store) cannot be used.",
		"Do what the message says; nothing is made until then, and nothing is lost."},
	{DatabaseClock, Warning, Account, "The clocks of the database and of this machine differ.",
		"Switch on time synchronisation on both: timedatectl set-ntp true."},
	{DatabaseLax, Warning, Account, "The database may lose what it has said is saved, when it or its machine ends suddenly.",
		"Switch the setting on that the message names, for the whole server, or for the database and its user."},
	{DatabasePlain, Warning, Account, "What is said to a database on another machine is not encrypted.",
		"Switch TLS on in the database (ssl = on), and write sslmode=verify-full into store."},
	{NobodyWorks, Error, Account, "Calendars are nobody's, although workers live: nothing is done in them.",
		"See with zoomtag status which workers there are; restart those whose last sign is old."},
	{WorkerSilent, Warning, Account, "A worker gives its sign of life late: others are about to take its calendars.",
		"See what keeps its machine busy, and how far it is from the database."},
	{WorkersDiffer, Note, Account, "Not all who share the database have the same version of zoomtag.",
		"Upgrade the others as well."},
	{DatabaseFull, Warning, Account, "The database has hardly a connection left.",
		"Raise max_connections, or lower pool_max_conns in store."},
	{DatabasePooled, Error, Account, "A pooler before the database gives each transaction another connection.",
		"Write the address of the database itself as store, or have the pooler keep a connection for each client " +
			"(pgbouncer: pool_mode = session)."},
	{StateReadable, Warning, Account, "Others may read the state, which holds passcodes.",
		"Take that right from them: chmod 600 and the file."},

	{NoName, Error, Network, "A name that Zoom needs cannot be resolved.",
		"Check this machine's DNS; a filter may block *.zoom.us."},
	{NoConnection, Error, Network, "No connection to a host of Zoom's.",
		"Let TCP 443 to *.zoom.us and *.zoom.com out, or set HTTPS_PROXY."},
	{Untrusted, Error, Network, "The certificate of a host is not trusted by this machine.",
		"Check the clock and the system's certificates (ca-certificates); a firewall that intercepts TLS needs its " +
			"certificate installed, or an exception for Zoom."},
	{Intercepted, Warning, Network, "The certificate's issuer is known for intercepting TLS, or unusual for Zoom. " +
		"This is judged by its name.", "Exempt *.zoom.us and *.zoom.com from inspection, as Zoom asks for."},
	{ThroughProxy, Note, Network, "Connections go through a proxy.",
		"Nothing, as long as they work; Zoom's own apps need the proxy as well."},
	{MediaPorts, Warning, Network, "TCP 8801 and 8802 do not get out: Zoom's apps fall back to 443, with worse sound " +
		"and picture.", "Let TCP 8801 and 8802 and UDP 3478, 3479 and 8801 to 8810 out to Zoom."},
	{ZoomTrouble, Warning, Account, "Zoom reports trouble of its own.", "Look at www.zoomstatus.com; wait."},
	{StatusUnknown, Note, Network, "Zoom's status page could not be read.", "Look at www.zoomstatus.com."},
}

// MeaningOf says what a code stands for, in a sentence without its full stop.
func MeaningOf(code string) string {
	meaning := strings.TrimSuffix(of(code).Meaning, ".")
	for _, word := range []string{"The ", "A ", "An ", "Nobody ", "No ", "Others ", "This ", "People ", "Guests "} {
		if rest, ok := strings.CutPrefix(meaning, word); ok {
			return strings.ToLower(word) + rest
		}
	}
	return meaning
}

// MendOf says what mends what a code stands for, as a rule.
func MendOf(code string) string { return of(code).Mend }

// Codes returns all codes, in order.
func Codes() []Code { return slices.Clone(codes) }

// of returns a code's row.
func of(code string) Code {
	i := slices.IndexFunc(codes, func(c Code) bool { return c.Code == code })
	return codes[max(i, 0)]
}

// found makes a finding of a code, as its row says.
func found(code, what string) Finding {
	row := of(code)
	return Finding{Code: row.Code, Severity: row.Severity, Side: row.Side, What: what, Mend: row.Mend}
}

// milder is f with another severity.
func (f Finding) milder(s Severity) Finding { f.Severity = s; return f }

// because is f with the code of a reason for which an event or a calendar is held, waits or has failed.
func (f Finding) because(code reason.Code) Finding { f.Reason = code; return f }

// mended is f with a mend that fits the case.
func (f Finding) mended(how string) Finding { f.Mend = how; return f }

// cured is f with what mends this very case, in a sentence, where that is known.
func (f Finding) cured(how string) Finding { f.Mend = cmp.Or(how, f.Mend); return f }
