package flow

// A node is the place of an item in a [list]. It is a field of the item, so
// moving about in lists allocates nothing.
type node[T any] struct {
	prev, next *node[T]
	item       *T
}

// A list is a ring of nodes, oldest first. Its zero value is empty.
type list[T any] struct{ root node[T] }

// push puts item, whose node is n, last. The node must be in no list.
func (l *list[T]) push(n *node[T], item *T) {
	if l.root.next == nil {
		l.root.next, l.root.prev = &l.root, &l.root
	}
	n.item = item
	n.prev, n.next = l.root.prev, &l.root
	n.prev.next, n.next.prev = n, n
}

// first returns the oldest item, nil if there is none.
func (l *list[T]) first() *T {
	if l.root.next == nil {
		return nil
	}
	return l.root.next.item
}

// listed reports whether n is in a list.
func (n *node[T]) listed() bool { return n.next != nil }

// unlink takes n out of its list.
func (n *node[T]) unlink() {
	n.prev.next, n.next.prev = n.next, n.prev
	*n = node[T]{}
}
