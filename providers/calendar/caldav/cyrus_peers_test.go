//go:build peers

package caldav_test

import (
	"fmt"
	"net/textproto"
	"path/filepath"
	"strings"
	"testing"

	"zoomtag/providers/calendar/caldav/caldavtest"
)

// cyrusConfig has everything in one folder, and scheduling on. The addresses of those who sign in are at example.com.
// What is deleted is gone at once: kept under its name and the second, it stands in the way of the next one.
const cyrusConfig = `configdirectory: %[1]s
partition-default: %[1]s/spool
proc_path: %[1]s/proc
mboxname_lockpath: %[1]s/lock
idlesocket: %[1]s/idle
notifysocket: %[1]s/notify
servername: localhost
cyrus_user: %[2]s
admins: admin
unixhierarchysep: yes
duplicatesuppression: no
delete_mode: immediate
httpmodules: caldav
caldav_allowscheduling: on
calendar_user_address_set: example.com
allowplaintext: yes
sasl_mech_list: PLAIN
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: %[1]s/passwords
`

// cyrusServices are what its master process starts. Accounts are made by IMAP alone.
const cyrusServices = `START {
  recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -C %[1]s/imapd.conf -r"
}
SERVICES {
  http cmd="/usr/lib/cyrus/bin/httpd -C %[1]s/imapd.conf" listen="127.0.0.1:%[2]s" prefork=5
  imap cmd="/usr/lib/cyrus/bin/imapd -C %[1]s/imapd.conf" listen="127.0.0.1:%[3]s" prefork=0
}
EVENTS {
}
`

// startCyrus starts Cyrus IMAP with its CalDAV module, and two people on it.
func startCyrus(t testing.TB) *peer {
	t.Helper()
	h := newHouse(t, "cyrus")
	web, imap := freePort(t), freePort(t)
	h.folder("db", "socket", "proc", "lock", "log", "msg", "user", "quota", "spool")
	h.file("imapd.conf", fmt.Sprintf(cyrusConfig, h.dir, h.name))
	h.file("cyrus.conf", fmt.Sprintf(cyrusServices, h.dir, web, imap))
	for _, name := range []string{"admin", caldavtest.Username, guest} {
		cmd := h.command("saslpasswd2", "-p", "-c", "-f", filepath.Join(h.dir, "passwords"), "-u", "localhost", name)
		cmd.Stdin = strings.NewReader(caldavtest.Password)
		h.finish(cmd)
	}
	launch(t, h.command("cyrmaster", "-C", h.path("imapd.conf"), "-M", h.path("cyrus.conf"), "-p",
		h.path("master.pid")), web)
	admin := &mailbox{port: imap}
	admin.tell(t, "CREATE user/"+caldavtest.Username, "CREATE user/"+guest) // without a mailbox nobody has calendars
	root := "http://127.0.0.1:" + web
	return &peer{root: root, home: root + "/dav/calendars/user/" + caldavtest.Username + "/", user: caldavtest.Username,
		password: caldavtest.Password,
		share: func(t *testing.T, collection string, write bool) {
			admin.tell(t, fmt.Sprintf(`SETACL "user/%s/#calendars/%s" %s %s`, caldavtest.Username, collection, guest,
				cyrusRights[write]))
		}}
}

// cyrusRights are those of a share for reading, and of one for writing.
var cyrusRights = map[bool]string{false: "lr9", true: "lrswipte9"}

// mailbox is where accounts are made and shared.
type mailbox struct{ port string }

// tell signs in as the administrator and has commands done.
func (m *mailbox) tell(t testing.TB, commands ...string) {
	t.Helper()
	c, err := textproto.Dial("tcp", "127.0.0.1:"+m.port)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.ReadLine(); err != nil {
		t.Fatal(err)
	}
	for i, command := range append([]string{fmt.Sprintf(`LOGIN admin "%s"`, caldavtest.Password)}, commands...) {
		if err := c.PrintfLine("a%d %s", i, command); err != nil {
			t.Fatal(err)
		}
		said, err := c.ReadLine()
		if err != nil || !strings.HasPrefix(said, fmt.Sprintf("a%d OK", i)) {
			t.Fatalf("IMAP: %s: %s, %v", command, said, err)
		}
	}
}
