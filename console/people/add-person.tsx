import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Somebody } from './somebody.tsx'

/** Enters somebody, and shows them; whoever is known already is shown instead. */
export const AddPerson = () => {
  const [isOpen, setOpen] = useState(false)
  const navigate = useNavigate()
  const show = (userId: string) => navigate({ to: '/person/$userId', params: { userId } })
  return (
    <div>
      <Button onClick={() => setOpen(true)}>Add a person</Button>
      {isOpen && <Somebody title="Add a person" verb="Add them" chosen={show} close={() => setOpen(false)} />}
    </div>
  )
}
