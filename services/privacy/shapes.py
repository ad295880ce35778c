"""What can be read of erasures; all that is kept about oneself is no Shape, but one document (``queries``)."""

from services.core.policy import may, reasons_against
from services.core.read.shape import extend
from services.identity.shapes import PERSON, VIEWER
from services.identity.tables import Person
from services.privacy import policy

extend(PERSON, {"erasedAt": Person.erased_at, "viewerCanErase": may(policy.refusals_to_erase)})
extend(
    VIEWER,
    {
        "eraseAt": Person.erase_at,
        "viewerCanAskErasure": may(policy.refusals_to_ask),
        "viewerCannotAskErasureReasons": reasons_against(policy.refusals_to_ask),
    },
)
