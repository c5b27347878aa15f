//go:build peers

package caldav_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zoomtag/providers/calendar/caldav/caldavtest"
)

// davicalApache serves DAViCal with the configuration of Debian's packages, and compresses what Debian's Apache
// compresses.
const davicalApache = `ServerRoot %[1]s
ServerName localhost
Listen 127.0.0.1:%[2]s
PidFile %[1]s/apache.pid
DefaultRuntimeDir %[1]s
Mutex file:%[1]s
ErrorLog %[1]s/apache.log
DocumentRoot %[1]s/htdocs
LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
LoadModule headers_module /usr/lib/apache2/modules/mod_headers.so
LoadModule rewrite_module /usr/lib/apache2/modules/mod_rewrite.so
LoadModule filter_module /usr/lib/apache2/modules/mod_filter.so
LoadModule deflate_module /usr/lib/apache2/modules/mod_deflate.so
Include /etc/apache2/mods-available/php*.load
Include /etc/apache2/mods-available/php*.conf
Include /etc/apache2/sites-available/davical.conf
TypesConfig /dev/null
AddOutputFilterByType DEFLATE text/html text/plain text/xml text/css application/xml
StartServers 8
MinSpareServers 8
`

// davicalPeople are made as its administration pages make them.
const davicalPeople = `INSERT INTO usr (active, email_ok, username, password, fullname, email)
VALUES (true, now(), '%[1]s', '**%[3]s', 'The Owner', '%[4]s'), (true, now(), '%[2]s', '**%[3]s', 'A Guest', '%[2]s@example.com');
INSERT INTO principal (type_id, user_no, displayname, default_privileges)
SELECT 1, user_no, fullname, 0::bit(24) FROM usr WHERE username IN ('%[1]s', '%[2]s')`

// startDavical starts PostgreSQL with a database of its own, and DAViCal on Apache, with two people.
func startDavical(t testing.TB) *peer {
	t.Helper()
	h := newHouse(t, "postgres")
	web, database := freePort(t), freePort(t)
	// The configuration of the package names no place of the database: libpq then takes it from here.
	h.env = []string{"PGHOST=127.0.0.1", "PGPORT=" + database}
	h.folder("htdocs")
	h.file("apache.conf", fmt.Sprintf(davicalApache, h.dir, web))
	h.finish(h.command(postgres(t, "initdb"), "-D", h.path("data"), "-A", "trust", "-U", "postgres", "-E", "UTF8",
		"--locale=C", "-N"))
	launch(t, h.command(postgres(t, "postgres"), "-D", h.path("data"), "-p", database, "-k", h.dir,
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "jit=off", "-c", "synchronous_commit=off"),
		database)
	h.finish(h.command("pg_isready", "-t", "30"))
	create := h.command("/usr/share/davical/dba/create-database.sh", "davical", "admin")
	create.Env = append(create.Env, "PGUSER=postgres")
	h.finish(create)
	h.finish(h.command("psql", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "davical", "-c",
		fmt.Sprintf(davicalPeople, caldavtest.Username, guest, caldavtest.Password, caldavtest.Owner)))
	launch(t, h.command("apache2", "-D", "FOREGROUND", "-f", h.path("apache.conf")), web)
	t.Cleanup(func() {
		if said, err := os.ReadFile(h.path("apache.log")); t.Failed() {
			t.Logf("apache2 logged (%v):\n%s", err, said[max(0, len(said)-4000):])
		}
	})
	root := "http://127.0.0.1:" + web
	p := &peer{root: root, home: root + "/davical/caldav.php/" + caldavtest.Username + "/", user: caldavtest.Username,
		password: caldavtest.Password,
		forgives: true, pages: root + "/davical/"}
	p.share = func(t *testing.T, collection string, write bool) {
		privileges := `<D:privilege><D:read/></D:privilege><D:privilege><D:read-current-user-privilege-set/></D:privilege>`
		if write {
			privileges += `<D:privilege><D:write/></D:privilege>`
		}
		(&app{t: t, url: p.home, user: p.user, password: p.password}).do("ACL", collection+"/",
			`<D:acl xmlns:D="DAV:"><D:ace><D:principal><D:href>`+
				"/davical/caldav.php/"+guest+`/</D:href></D:principal><D:grant>`+privileges+
				`</D:grant></D:ace></D:acl>`)
	}
	return p
}

// postgres finds a program that is not on the path, as several versions of it may be there: the latest one.
func postgres(t testing.TB, program string) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + program)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s is not installed (apt-get install postgresql): %v", program, err)
	}
	return slices.Max(found)
}
