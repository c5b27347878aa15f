package reason

// The codes. They are a promise: a code keeps its meaning for ever, and one that is given up is not used again.
const (
	// What the tag asks for.
	TagConflict    Code = "tag-conflict"
	NoSuchAccount  Code = "no-such-account"
	NoHost         Code = "no-host"
	WaitingRoom    Code = "waiting-room-conflict"
	RoomPasscode   Code = "room-passcode"
	NoRegistration Code = "no-registration"
	HostCannot     Code = "host-cannot"
	TagUncounted   Code = "tag-uncounted"
	WordRefuses    Code = "word-refuses"
	TextTooLong    Code = "text-too-long"
	TagInDate      Code = "tag-in-date"

	// The event.
	NoStart     Code = "no-start"
	AllDay      Code = "all-day"
	ZoneUnknown Code = "zone-unknown"
	DateApart   Code = "date-apart"
	DateWaits   Code = "date-waits"
	NotOurs     Code = "not-ours"
	NotWritable Code = "not-writable"
	GuestsMail  Code = "guests-mailed"
	OtherLink   Code = "other-link"
	JustMade    Code = "just-made"
	Grace       Code = "grace"
	MaybeMoved  Code = "maybe-moved"
	IDTooLong   Code = "id-too-long"
	Malformed   Code = "event-malformed"
	Incomplete  Code = "event-incomplete"
	Changed     Code = "event-changed"
	Gone        Code = "event-gone"
	Unlisted    Code = "not-listed-yet"
	HandedOver  Code = "handed-over"

	// The meeting.
	AccountGone   Code = "account-gone"
	MeetingGone   Code = "meeting-gone"
	MeetingUnsafe Code = "meeting-unsafe"
	AnswerLost    Code = "answer-lost"
	EarlierShown  Code = "earlier-meeting-shown"
	EarlierSought Code = "earlier-meeting-sought"
	NotChecked    Code = "not-checked"
	LinkNotKept   Code = "link-not-kept"
	MeetNotKept   Code = "meet-stays"

	// Zoom.
	BudgetSpent     Code = "budget-spent"
	ZoomRests       Code = "zoom-rests"
	ZoomSignIn      Code = "zoom-sign-in"
	ZoomDenies      Code = "zoom-denied"
	ZoomRefuses     Code = "zoom-refused"
	ZoomUnreachable Code = "zoom-unreachable"
	ZoomFails       Code = "zoom-failed"

	// The calendar.
	Brake            Code = "brake"
	OtherCalendar    Code = "other-calendar"
	CalendarAbsent   Code = "calendar-absent"
	CalendarUnchosen Code = "calendar-unchosen"
	CalendarSignIn   Code = "calendar-sign-in"
	CalendarDenies   Code = "calendar-denied"
	CalendarRests    Code = "calendar-rests"
	CalendarSlow     Code = "calendar-slow"
	CalendarRenamed  Code = "calendar-renamed"
	CalendarFails    Code = "calendar-unreadable"
	Unfinished       Code = "unfinished"
	Overdue          Code = "overdue"
	Removing         Code = "removing"
	Removed          Code = "removed"
	LeftList         Code = "left-list"

	// What gets no meeting, and is not to have one.
	NotTagged       Code = "not-tagged"
	Refused         Code = "refused"
	OfSeries        Code = "of-series"
	SameEvent       Code = "same-event"
	OtherConference Code = "other-conference"
	Ended           Code = "event-ended"
	Over            Code = "event-over"

	// Invitations.
	InviteOrganizer Code = "invite-no-organizer"
	InviteGuests    Code = "invite-no-attendees"
	InviteCancelled Code = "invite-cancelled"
	InviteNoLink    Code = "invite-no-link"
	InviteUnfit     Code = "invite-unfit"
	InviteFolder    Code = "invite-folder"

	// The lists of calendars.
	ListUnreadable Code = "list-unreadable"
	ListShrunken   Code = "list-shrunken"

	// All else.
	Fault   Code = "fault"
	Unknown Code = "unknown"
)

// plain are the codes whose cure is the same in each case: people are told it although it is the rule.
var plain = []Code{NoHost, WaitingRoom, TagInDate, NoStart, MeetNotKept, Overdue, InviteOrganizer, InviteGuests,
	InviteCancelled, InviteNoLink}

var rows = []Row{
	{TagConflict, Held, "Options of the tag contradict each other.", "Correct the tag.", ""},
	{NoSuchAccount, Held, "The tag names a Zoom account that the configuration does not have.",
		"Correct account= in the tag.", ""},
	{NoHost, Held, "Nobody hosts in the Zoom account that the tag names.",
		"Write host= into the tag as well, or host into that account in the configuration.", ""},
	{WaitingRoom, Held, "The tag lets guests in before the host, and the configuration asks for a waiting room.",
		"Write no-waiting-room as well, or take join-before-host out.", ""},
	{RoomPasscode, Held, "The tag asks for a passcode, and a personal room has one of its own.",
		"Take passcode= or personal out of the tag.", ""},
	{NoRegistration, Held, "Guests cannot register for such a meeting, and Zoom would leave it open to all.",
		"Take register out of the tag, or ask for a meeting of its own: scheduled, or fixed for a series.", ""},
	{HostCannot, Held, "The host's plan or settings at Zoom do not allow what the tag or the configuration asks for.",
		"Ask for what is allowed, or have the host's plan or settings changed at zoom.us.", ""},
	{TagUncounted, Held, "The event still shows its tag, which the configuration no longer counts as one.",
		"Edit the event, restore the configuration, or let the events go with zoomtag release.", ""},
	{WordRefuses, Held, "The event shows a word that the configuration has begun to count as a refusal.",
		"Take the word out of the event or of tag.not; or end the meeting with zoomtag release.", ""},
	{TextTooLong, Held, "The event's text is too long to be searched for its tag to the end.",
		"Shorten the text, or put the tag at its beginning.", ""},
	{TagInDate, Held, "One date of a series has a tag, and the series has none.",
		"Tag the series, and write #nozoom into the dates that need no meeting.", ""},

	{NoStart, Held, "The event has no start that could be understood.", "Set its time again in the calendar.", ""},
	{AllDay, Held, "The event has become one of whole days, and its tag gives no time.",
		"Give it a time, or write one into the tag, as in #zoom(09:30, 45m).", ""},
	{ZoneUnknown, Held, "Nobody knows the event's time zone, and so when it begins.",
		"Choose another time zone in the calendar, or write zone: guess into the configuration.", ""},
	{DateApart, Held, "The item is a date of a series and stands apart from it.",
		"Put it into the item of its series.", ""},
	{DateWaits, Held, "The series of the date has a tag, and no link yet.",
		"Look at what is said of the series; the date keeps its own link meanwhile.", ""},
	{NotOurs, Held, "The event has another organizer by now: only that one may write it.",
		"Name its organizer as owner in the configuration, or take the tag out; its meeting stays meanwhile.", ""},
	{NotWritable, Held, "The calendar, or the event's file, cannot be written.",
		"Do what the reason says: it goes on by itself when it can be written.", "ZT-509"},
	{GuestsMail, Held, "The server may mail the event's guests when the event is changed.",
		"Write quiet: true into the calendar, or link: { announce: all }.", ""},
	{OtherLink, Held, "The event shows a link of a Zoom account that is not configured.",
		"Configure that account, or take the link out of the event.", ""},
	{JustMade, Waiting, "The event was made a moment ago, and another app may still add its conference.",
		"Nothing: it goes on by itself.", ""},
	{Grace, Waiting, "The event wants no meeting any more, and keeps it for the grace period.",
		"Nothing; or tag it again, and it keeps its meeting.", ""},
	{MaybeMoved, Waiting, "The event is gone, and an item that cannot be read may be the same event.",
		"Mend that item or delete it.", ""},
	{IDTooLong, Failed, "The event's id is too long to be remembered.", "Make the event anew in the calendar.", ""},
	{Malformed, Failed, "The event cannot be understood.", "Mend what the reason names, or make the event anew.", ""},
	{Incomplete, Failed, "The event is not complete yet.",
		"Nothing, if it is still being written; else write it anew.", ""},
	{Changed, Failed, "Somebody changes the event each time that its link is written.",
		"Find the app that does; it is tried again by itself.", ""},
	{Gone, Failed, "The event has gone while it was worked on.", "Nothing: the next pass looks at it again.", ""},
	{Unlisted, Waiting, "Another calendar with the same event has not been listed yet.",
		"Nothing: it goes on by itself.", ""},
	{HandedOver, Waiting, "The event stands in another calendar as well, which takes its meeting over.",
		"Nothing: it goes on by itself.", ""},

	{AccountGone, Held, "The meeting was made with a Zoom account that is not configured any more.",
		"Put that account back into the configuration; or leave the meeting alone, with zoomtag release or by taking " +
			"the tag out.", ""},
	{MeetingGone, Failed, "Zoom says that the meeting is gone, and is asked once more.",
		"Nothing: the event gets a new one.", "ZT-202"},
	{MeetingUnsafe, Failed, "The meeting is not as safe as it was asked to be, and so it is not shown.",
		"See the reason; change the host's settings at zoom.us, or the tag.", ""},
	{AnswerLost, Waiting, "Zoom's answer was lost, and nobody knows yet whether the meeting was made.",
		"Nothing: it is looked for.", ""},
	{EarlierShown, Waiting, "An earlier meeting of the event is kept as long as another item shows it.",
		"Nothing; or take the link out of that item.", ""},
	{EarlierSought, Waiting, "An earlier meeting of the event is looked for.", "Nothing: it goes on by itself.", ""},
	{NotChecked, Waiting, "The meeting could not be looked at; its link stands.",
		"See the reason; it is looked at again by itself.", "ZT-207"},
	{LinkNotKept, Failed, "The calendar accepts the change, and does not show it.",
		"Find the app that undoes it, then edit the event.", "ZT-208"},
	{MeetNotKept, Failed, "The calendar does not let the Google Meet conference be taken out.",
		"Take it out by hand.", ""},

	{BudgetSpent, Waiting, "Zoom lets a host be changed a hundred times a day, and they are used up.",
		"Nothing: it goes on at 00:00 UTC. Look for another app that changes the same host's meetings.", "ZT-511"},
	{ZoomRests, Waiting, "Zoom has asked to be left alone for a while.", "Nothing: it goes on by itself.", ""},
	{ZoomSignIn, Failed, "Zoom does not take zoomtag's sign-in.",
		"Do what the reason says; sign a person in again with zoomtag auth zoom.", "ZT-502"},
	{ZoomDenies, Failed, "Zoom does not allow it.", "Do what the reason says: a scope, a licence or a role is missing.",
		""},
	{ZoomRefuses, Failed, "Zoom does not accept what was asked for.", "Do what the reason says.", ""},
	{ZoomUnreachable, Failed, "Zoom could not be reached.", "Look at the network of this machine; zoomtag doctor helps.",
		"ZT-602"},
	{ZoomFails, Failed, "Zoom answered with an error, or not in time.",
		"Nothing, unless it lasts; then look at www.zoomstatus.com.", ""},

	{Brake, Held, "Many linked events are gone at once, or the whole calendar is empty.",
		"Look at it. If they were really deleted: zoomtag release.", "ZT-510"},
	{OtherCalendar, Held, "It is another calendar than the one that was watched under this name.",
		"Put the first one back; or, to end its meetings, zoomtag release.", "ZT-510"},
	{CalendarAbsent, Held, "The calendar is not there, or may not be seen.",
		"Do what the reason says: it goes on by itself when the calendar can be seen again.", "ZT-508"},
	{CalendarUnchosen, Failed, "The configuration fits several calendars.",
		"Write into the configuration which one is meant; zoomtag calendars lists them.", "ZT-508"},
	{CalendarSignIn, Failed, "The calendar service does not take zoomtag's sign-in.",
		"Do what the reason says; sign a person in again with zoomtag auth.", "ZT-505"},
	{CalendarDenies, Failed, "The calendar service does not allow it.", "Do what the reason says.", "ZT-508"},
	{CalendarRests, Waiting, "The calendar service has asked to be left alone for a while.",
		"Nothing: it goes on by itself.", ""},
	{CalendarSlow, Failed, "The server answers too slowly for the calendar to be read to its end.",
		"Nothing, unless it lasts; then ask whoever runs the server.", "ZT-508"},
	{CalendarRenamed, Waiting, "The calendar had another name until now, and what is kept of it still goes by that one.",
		"Nothing: the next pass tries again.", ""},
	{CalendarFails, Failed, "The calendar could not be read, or not be written.",
		"Do what the reason says; it is tried again by itself.", "ZT-508"},
	{Unfinished, Waiting, "The last pass took too long and stopped before all was done.",
		"Nothing: the next pass goes on.", ""},
	{Overdue, Failed, "The daemon has not read the calendar for longer than three of its intervals.",
		"Look into the log for what it waits for; if it lasts, restart zoomtag.", "ZT-517"},
	{Removing, Held, "zoomtag is being removed from the calendar, which goes on with each pass.",
		"Nothing; or, to have it watched again, zoomtag release.", ""},
	{Removed, Held, "zoomtag was removed from the calendar.",
		"Take it out of the configuration; or, to have it watched again, zoomtag release.", ""},
	{LeftList, Held, "The calendar's owner, or the calendar, is not on its list (calendars_from) any more.",
		"Nothing, if they come back; to end the meetings: zoomtag remove; to let them be: zoomtag release.", "ZT-510"},

	{NotTagged, Ignored, "The event does not ask for a meeting.", "Nothing; or write a tag into it, such as #zoom.", ""},
	{Refused, Ignored, "The event shows a word against Zoom.",
		"Nothing; or take the word out of the event or of tag.not.", ""},
	{OfSeries, Ignored, "The series of the date has a tag, and its link holds for the date.", "Nothing.", ""},
	{SameEvent, Ignored, "The same event has its link in another place already.", "Nothing; or delete the other item.", ""},
	{OtherConference, Ignored, "The event has another conference already.", "Nothing; or take that conference out.", ""},
	{Ended, Ignored, "The event was deleted or cancelled.", "Nothing.", ""},
	{Over, Ignored, "The event is over.", "Nothing.", ""},

	{InviteOrganizer, Failed, "The event has no organizer with a mail address, as this kind of invitation needs one.",
		"Leave --request out.", ""},
	{InviteGuests, Failed, "The event has no attendees with mail addresses who could be asked.", "Leave --request out.", ""},
	{InviteCancelled, Failed, "The event does not take place, and nobody can be asked to it.",
		"Tell the guests with --cancel.", ""},
	{InviteNoLink, Failed, "The event has no link yet that an invitation could show.", "Run zoomtag sync.", ""},
	{InviteUnfit, Failed, "There can be no invitation to the event as it is.", "Do what the reason says.", ""},
	{InviteFolder, Failed, "The folder of invitations (invites.dir) does not show all of them.",
		"Do what the reason says; it is tried again by itself.", ""},

	{ListUnreadable, Failed, "A list of calendars (calendars_from) could not be read; whom it named before is watched.",
		"Do what the reason says; it is tried again by itself.", "ZT-522"},
	{ListShrunken, Held, "A list of calendars (calendars_from) is empty, or lacks many at once; nothing is changed.",
		"Look at it. If it is right: zoomtag release and the name of the list.", "ZT-522"},

	{Fault, Failed, "The event does not come to rest: this is a fault in zoomtag.", "Report it, please.", ""},
	{Unknown, Failed, "Something went wrong that has no code of its own.", "Do what the reason says.", "ZT-515"},
}
