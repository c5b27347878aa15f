package links

// A service is one where people meet, with the links that lead into its meetings.
type service struct {
	name string
	// domains are where it serves them, and what is below those.
	domains []string
	// paths are how path, query and fragment of such a link begin, letters in any case: an asterisk stands for one part
	// of a path, two for any number of them, none too. "" is every link that is more than the front page.
	paths []string
}

// Names that are asked for elsewhere.
const (
	Zoom       = "Zoom"
	GoogleMeet = "Google Meet"
)

// zoomDomains are where Zoom serves meetings: the world, China, the US government, Deutsche Telekom. (Zoom: "Zoom
// network firewall or proxy server settings", and the vanity URLs of zoomgov.com and zoom-x.de.)
var zoomDomains = []string{"zoom.us", "zoom.com", "zoom.com.cn", "zoomgov.com", "zoom-x.de"}

// services are those besides Zoom. Sources, unless a line says otherwise: the join links in each service's own help
// pages, and the kinds that MeetingBar (github.com/leits/MeetingBar) finds in calendars. Streams to look at, as of
// YouTube and Vimeo, are no place to meet.
var services = []service{
	{GoogleMeet, []string{"meet.google.com", "hangouts.google.com", "stream.meet.google.com", "duo.app.goo.gl"},
		[]string{""}},
	{GoogleMeet, []string{"g.co"}, []string{"meet/"}},
	{GoogleMeet, []string{"tel.meet"}, []string{""}}, // the numbers to dial into one
	{GoogleMeet, []string{"plus.google.com"}, []string{"hangouts/"}},
	// Teams: the world, its new domain, private accounts, the US government (GCC High and DoD), and China (Microsoft:
	// "Office 365 URLs and IP address ranges", one page for each cloud). A launcher page carries the link in a
	// parameter, the web app in the fragment. The last pages are in invitations to Teams meetings alone, for those who
	// type its number and for those who need help.
	{"Microsoft Teams",
		[]string{"teams.microsoft.com", "teams.cloud.microsoft", "teams.live.com", "teams.microsoft.us",
			"teams.microsoftonline.cn"},
		[]string{"**meetup-join", "meet/", "**/meet/", "**%2fmeet%2f", "**pre-join-calling", "light-meetings",
			"convene/", "event/", "registration/"}},
	{"Microsoft Teams", []string{"microsoft.com"}, []string{"**microsoft-teams/join-a-meeting"}},
	{"Microsoft Teams", []string{"aka.ms"}, []string{"jointeamsmeeting"}},
	// Webex: the sites of companies, older ones with the name of a centre in the path; Webex Instant ("visit", "hc").
	{"Webex", []string{"webex.com", "webex.com.cn", "webexgov.us"},
		[]string{"**j.php?", "**e.php?", "**g.php?", "**k.php?", "**tc0506/", "meet/", "*/meet/", "join/", "m/", "l/",
			"w/", "weblink", "*/weblink", "wbxmjs/", "webappng/", "wc/", "webinar/", "meet-event/", "visit/", "hc/",
			"collabs/", "**mtid=", "**meetingcenter/", "**eventcenter/", "**trainingcenter/"}},
	{"Skype", []string{"join.skype.com"}, []string{""}},
	{"Skype for Business", []string{"meet.lync.com"}, []string{""}},
	{"GoTo Meeting", []string{"meet.goto.com", "gotomeet.me", "gotomeet.com"}, []string{""}},
	{"GoTo Meeting", []string{"gotomeeting.com"}, []string{"join/", "meeting/", "install/"}},
	{"GoTo Meeting", []string{"app.goto.com"}, []string{"meeting/", "meet/"}},
	{"GoTo Webinar", []string{"gotowebinar.com"}, []string{""}},
	{"GoTo Webinar", []string{"goto.com"}, []string{"webinar/"}},
	{"Jitsi", []string{"meet.jit.si", "8x8.vc", "meet.ffmuc.net", "jitsi.member.fsf.org", "framatalk.org",
		"meet.systemli.org", "beta.meet.jit.si", "meet.element.io", "meet.mayfirst.org"}, []string{""}},
	{"Whereby", []string{"whereby.com", "appear.in"}, []string{""}},
	{"BlueJeans", []string{"bluejeans.com"}, []string{""}},
	{"Amazon Chime", []string{"chime.aws", "meet.chime.in"}, []string{""}},
	// RingCentral sells its service under other names too (its app for calendars knows these).
	{"RingCentral", []string{"ringcentral.com", "ringcentral.biz", "cloudoffice.avaya.com", "officeathand.att.com",
		"rainbowoffice.com", "unifyoffice.com"},
		[]string{"join/", "j/", "teleconference", "welcome/meetings/", "conf/on/", "app/join"}},
	{"RingCentral", []string{"events.ringcentral.com", "meetings-officeathand.att.com", "meetings.btcloudphone.bt.com",
		"meetings.businessconnect.telus.com"}, []string{""}},
	{"Slack", []string{"slack.com"}, []string{"huddle/", "*/huddle/"}},
	{"Discord", []string{"discord.gg"}, []string{""}},
	{"Discord", []string{"discord.com", "discordapp.com"}, []string{"channels/", "invite/", "events/"}},
	{"FaceTime", []string{"facetime.apple.com"}, []string{"join"}},
	{"Dialpad", []string{"uberconference.com", "meetings.dialpad.com"}, []string{""}},
	{"join.me", []string{"join.me"}, []string{""}},
	{"TeamViewer", []string{"go.teamviewer.com", "go.blizz.com", "join.blizz.com"}, []string{""}},
	{"Vonage", []string{"meetings.vonage.com", "freeconferencecall.com"}, []string{""}},
	{"StarLeaf", []string{"meet.starleaf.com"}, []string{""}},
	{"Lifesize", []string{"call.lifesizecloud.com", "guest.lifesize.com"}, []string{""}},
	{"Pexip", []string{"pexip.me", "pexip.com"}, []string{"meet/", "webapp"}},
	{"Tencent Meeting", []string{"voovmeeting.com", "meeting.tencent.com"}, []string{""}},
	{"Lark", []string{"vc.larksuite.com", "vc.feishu.cn", "meetings.larksuite.com", "meetings.feishu.cn"},
		[]string{""}},
	{"DingTalk", []string{"meeting.dingtalk.com"}, []string{""}},
	{"Zhumu", []string{"zhumu.com", "zhumu.me"}, []string{"j/"}},
	{"Workplace", []string{"workplace.com"}, []string{"groupcall/"}},
	{"Zoho", []string{"meeting.zoho.com", "meeting.zoho.eu", "meeting.zoho.in", "meet.zoho.com", "meet.zoho.eu",
		"meet.zoho.in", "webinar.zoho.com", "webinar.zoho.eu", "webinar.zoho.in"}, []string{""}},
	{"Zoho", []string{"cliq.zoho.com", "cliq.zoho.eu", "cliq.zoho.in"}, []string{"meetings/"}},
	{"BigBlueButton", []string{"bigbluebutton.org", "blindsidenetworks.com", "bbbserver.com", "senfcall.de"},
		[]string{"gl/", "b/", "rooms/", "playback/", "bigbluebutton/"}},
	{"Blackboard Collaborate", []string{"bbcollab.com"}, []string{""}},
	{"ClickMeeting", []string{"clickmeeting.com"}, []string{"*"}},
	{"Livestorm", []string{"app.livestorm.com", "app.livestorm.co"}, []string{"p/", "*/"}},
	{"Demio", []string{"event.demio.com", "my.demio.com"}, []string{""}},
	{"Around", []string{"around.co", "meet.around.co"}, []string{"r/", "*"}},
	{"Gather", []string{"gather.town"}, []string{"app/"}},
	{"oVice", []string{"ovice.in", "ovice.com"}, []string{""}},
	{"Doxy.me", []string{"doxy.me"}, []string{""}},
	{"VSee", []string{"vsee.com", "vsee.me"}, []string{"c/", "u/", "*"}},
	{"Cal Video", []string{"app.cal.com"}, []string{"video/"}},
	{"Daily", []string{"daily.co"}, []string{"*"}},
	{"LiveKit", []string{"meet.livekit.io"}, []string{"rooms/"}},
	{"Meetecho", []string{"conf.meetecho.com"}, []string{""}},
	{"StreamYard", []string{"streamyard.com"}, []string{"guest/", "watch/"}},
	{"Riverside", []string{"riverside.fm", "riverside.com"}, []string{"studio/"}},
	{"Gong", []string{"join.gong.io"}, []string{""}},
	{"Chorus", []string{"go.chorus.ai", "meet.chorus.ai"}, []string{""}},
	{"Demodesk", []string{"demodesk.com"}, []string{"*"}},
	{"Tuple", []string{"tuple.app"}, []string{"c/"}},
	{"Pop", []string{"pop.com"}, []string{"j/"}},
	{"CoScreen", []string{"join.coscreen.co"}, []string{""}},
	{"Pumble", []string{"meet.pumble.com"}, []string{""}},
	{"Teemyco", []string{"app.teemyco.com"}, []string{"room/"}},
	{"Venue", []string{"app.venue.live"}, []string{"app/"}},
	{"Vowel", []string{"vowel.com"}, []string{"#/g/", "g/"}},
	{"Luma", []string{"lu.ma", "luma.com"}, []string{"join/"}},
	{"UserZoom", []string{"go.userzoom.com"}, []string{"participate/"}},
	{"Preply", []string{"preply.com"}, []string{"*/classroom", "classroom"}},
	{"Reclaim", []string{"reclaim.ai"}, []string{"z/"}},
	{"ZM page", []string{"zm.page"}, []string{""}},
	{"Jam", []string{"jam.systems"}, []string{""}},
	{"TrueConf", []string{"trueconf.com"}, []string{"c/", "webrtc/"}},
	{"Yandex Telemost", []string{"telemost.yandex.ru", "telemost.yandex.com", "telemost.360.yandex.ru"},
		[]string{"j/"}},
	{"Butter", []string{"app.butter.us"}, []string{""}},
	{"Element Call", []string{"call.element.io"}, []string{""}},
	{"Suit", []string{"conference.istesuit.com"}, []string{""}},
	{"Adobe Connect", []string{"adobeconnect.com"}, []string{""}},
	{"3CX", []string{"3cx.net", "3cx.eu", "3cx.us", "my3cx.us", "my3cx.eu"}, []string{"meet/", "webmeeting", "*/conf"}},
	{"3CX", []string{"conference.3cx.net"}, []string{""}},
	{"Signal", []string{"signal.link"}, []string{"call"}},
	{"WhatsApp", []string{"call.whatsapp.com"}, []string{""}},
	{"Brave Talk", []string{"talk.brave.com"}, []string{""}},
	{"Proton Meet", []string{"meet.proton.me"}, []string{""}},
	{"kMeet", []string{"kmeet.infomaniak.com"}, []string{""}},
	{"Visio", []string{"visio.numerique.gouv.fr"}, []string{""}},
	{"OpenTalk", []string{"opentalk.eu", "opentalk.com"}, []string{"room/", "invite/"}},
	{"Talky", []string{"talky.io"}, []string{""}},
	{"VDO.Ninja", []string{"vdo.ninja"}, []string{""}},
	{"Gruveo", []string{"gruveo.com"}, []string{"*"}},
	{"Chatwork", []string{"chatwork.com"}, []string{"live/"}},
	{"Airmeet", []string{"airmeet.com"}, []string{"e/", "event/"}},
	{"Hopin", []string{"hopin.com", "hopin.to"}, []string{"events/"}},
	{"edudip", []string{"edudip.com"}, []string{"*/webinar/", "w/"}},
}
