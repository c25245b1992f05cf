/** The thread with its composer is a part of its own: the list is there sooner. The router asks for it, too. */
export const loadThread = () => import('./thread.tsx')
