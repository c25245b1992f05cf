import { onceOnline } from '../parts/once-online.ts'

/** The thread with its composer is a part of its own: the list is there sooner. The router asks for it, too. */
export const loadThread = () => onceOnline(() => import('./thread.tsx'))
