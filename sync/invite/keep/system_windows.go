package keep

// noWait is nothing here: no pipe can lie in a folder, and a link is laid with a privilege only.
const noWait = 0
