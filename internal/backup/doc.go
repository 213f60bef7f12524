// Package backup copies a whole deployment: to a directory and back (backup,
// restore), or from one set of stores to another (move). Rows are of one
// moment; objects, which never change, are copied once.
//
// A point of a backup is four things: rows/POINT.age, every row and the
// gateway's own keys, sealed to a key that the operator keeps off the machine;
// rows/POINT.note, signed with the key of the journal, says that this gateway
// made them; rows/POINT.objects lists the objects that those rows need; and the
// objects themselves, sealed as citizens sealed them, shared by all points. A
// point is there when its rows are; what a killed run leaves behind is taken
// up, or removed, by the next one.
//
// Trust: whoever holds a backup directory sees ids, lengths and hashes of
// sealed objects, and no row. Whoever holds the offline key besides sees what
// the database shows, and opens no document. Who writes there makes no point of
// his own: a restore asks for the journal's public key. A directory that was tampered with
// restores nothing that differs from the hashes in the sealed rows.
package backup
