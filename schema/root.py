"""The whole schema: every slice's fields merged into Query, Mutation and Subscription."""

import strawberry
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

import services.registry  # noqa: F401 - loads what higher slices add to the Shapes of lower ones
from schema.core.errors import ERROR_TYPES
from schema.core.execution import Schema, SplicingExecutor
from schema.core.node import NODES, NodeQuery
from schema.core.rate_query import RateQuery
from schema.core.scalars import SCALARS
from schema.exchange.mutation import ExchangeMutation
from schema.exchange.query import ExchangeQuery
from schema.exchange.subscription import ExchangeSubscription
from schema.exchange.types import ViewerWorks
from schema.identity.factor_mutation import FactorMutation
from schema.identity.mutation import IdentityMutation
from schema.identity.passkey_mutation import PasskeyMutation
from schema.identity.provider_mutation import ProviderMutation
from schema.identity.provider_query import ProviderQuery
from schema.identity.query import IdentityQuery
from schema.identity.recovery_mutation import RecoveryMutation
from schema.identity.recovery_query import RecoveryQuery
from schema.identity.subscription import IdentitySubscription
from schema.identity.types import Person, Viewer
from schema.labs.contribution_mutation import LabContributionMutation
from schema.labs.mutation import LabMutation
from schema.labs.query import LabQuery
from schema.labs.subscription import LabSubscription
from schema.labs.types import ExpressionOfInterestLab
from schema.labs.work_mutation import LabWorkMutation
from schema.matching.answer_mutation import MatchAnswerMutation
from schema.matching.answer_query import MatchAnswerQuery
from schema.matching.cooperation_types import MemberStateExperience
from schema.matching.mutation import MatchingMutation
from schema.matching.proposal_types import ProposalMatching
from schema.matching.query import MatchingQuery
from schema.membership.mutation import MembershipMutation
from schema.membership.nomination_mutation import NominationMutation
from schema.membership.nomination_types import PersonNominations
from schema.membership.organisation_mutation import OrganisationMutation
from schema.membership.organisation_types import DelegationOrganisations
from schema.membership.query import MembershipQuery
from schema.membership.setting_mutation import GroupSettingsMutation
from schema.membership.types import Delegation
from schema.notices.mutation import NoticesMutation
from schema.notices.types import ViewerNotices
from schema.practices.mutation import PracticeMutation
from schema.practices.query import PracticeQuery
from schema.privacy.mutation import PrivacyMutation
from schema.privacy.types import PersonPrivacy, ViewerPrivacy
from schema.proposals.expression_mutation import ExpressionOfInterestMutation
from schema.proposals.expression_types import ExpressionOfInterest
from schema.proposals.mutation import ProposalMutation
from schema.proposals.query import ProposalQuery
from schema.proposals.subscription import ProposalSubscription
from schema.proposals.thread_mutation import ThreadMutation
from schema.proposals.types import Proposal
from schema.proposals.unsealing_mutation import UnsealingMutation
from schema.proposals.unsealing_types import ExpressionOfInterestUnsealings
from schema.record.query import RecordQuery
from schema.reporting.query import ReportingQuery
from schema.rounds.mutation import RoundMutation
from schema.rounds.query import RoundQuery
from schema.rounds.subscription import RoundSubscription
from schema.taxonomy.query import TaxonomyQuery
from schema.taxonomy.types import MemberState
from schema.translations.mutation import TranslationMutation
from schema.translations.query import TranslationQuery
from services.exchange.shapes import WORK_BY_ID
from services.identity.provider_shapes import PROVIDER_BY_ID
from services.identity.recovery_shapes import RECOVERY_BY_ID
from services.identity.shapes import API_TOKEN_BY_ID, PASSKEY_BY_ID, PERSON_BY_ID, SESSION_BY_ID
from services.labs import shapes as lab_shapes
from services.matching.answer_shapes import ANSWER_BY_ID, SEARCH_BY_ID
from services.matching.cooperation_shapes import COOPERATION_BY_ID
from services.matching.shapes import WEIGHTS_BY_ID
from services.membership.nomination_shapes import NOMINATION_BY_ID
from services.membership.organisation_shapes import ORGANISATION_BY_ID
from services.membership.setting_shapes import GROUP_SETTINGS_BY_ID
from services.membership.shapes import DELEGATION_BY_ID, STANDING_PROPOSAL_BY_ID
from services.notices.shapes import NOTICE_BY_ID
from services.practices.shapes import PRACTICE_BY_ID
from services.proposals.expression_shapes import EXPRESSION_OF_INTEREST_BY_ID
from services.proposals.shapes import PROPOSAL_BY_ID
from services.proposals.thread_shapes import ATTACHMENT_BY_ID, THREAD_MESSAGE_BY_ID
from services.proposals.unsealing_shapes import UNSEALING_BY_ID
from services.record.shapes import ENTRY_BY_ID, HEAD_BY_ID
from services.rounds.shapes import ALLOCATION_BY_ID, COMPUTATION_BY_ID, ROUND_BY_ID
from services.translations.shapes import SUGGESTION_BY_ID


@strawberry.type(description="Everything that can be read; each field answers what you may see and nothing else.")
class Query(
    NodeQuery,
    ExchangeQuery,
    IdentityQuery,
    LabQuery,
    MatchingQuery,
    MatchAnswerQuery,
    MembershipQuery,
    PracticeQuery,
    ProposalQuery,
    ProviderQuery,
    RateQuery,
    RecordQuery,
    ReportingQuery,
    RoundQuery,
    RecoveryQuery,
    TaxonomyQuery,
    TranslationQuery,
):
    """All reads."""


@strawberry.type(description="Everything that can be done. What can be put right stands in the payload's `errors`.")
class Mutation(
    ExchangeMutation,
    IdentityMutation,
    FactorMutation,
    PasskeyMutation,
    RecoveryMutation,
    ProviderMutation,
    LabMutation,
    LabWorkMutation,
    LabContributionMutation,
    MatchingMutation,
    MatchAnswerMutation,
    MembershipMutation,
    GroupSettingsMutation,
    NominationMutation,
    OrganisationMutation,
    NoticesMutation,
    PracticeMutation,
    PrivacyMutation,
    ProposalMutation,
    ExpressionOfInterestMutation,
    RoundMutation,
    ThreadMutation,
    UnsealingMutation,
    TranslationMutation,
):
    """All acts."""


@strawberry.type(
    description="Everything that can be followed live, signed in: what it shows comes at once, and again when it may have "
    "changed, read anew with the rights you have then. It ends when your token does, when what you may do changes, and "
    "when you may not know of the thing any more."
)
class Subscription(
    ExchangeSubscription, IdentitySubscription, LabSubscription, ProposalSubscription, RoundSubscription
):
    """All live reads."""


# The higher slice adds its fields to the lower type, as its Shapes do below.
ExpressionOfInterest.__strawberry_definition__.fields.extend(ExpressionOfInterestLab.__strawberry_definition__.fields)  # type: ignore[attr-defined]
ExpressionOfInterest.__strawberry_definition__.fields.extend(  # type: ignore[attr-defined]
    ExpressionOfInterestUnsealings.__strawberry_definition__.fields  # type: ignore[attr-defined]
)
Delegation.__strawberry_definition__.fields.extend(DelegationOrganisations.__strawberry_definition__.fields)  # type: ignore[attr-defined]
Person.__strawberry_definition__.fields.extend(PersonNominations.__strawberry_definition__.fields)  # type: ignore[attr-defined]
Proposal.__strawberry_definition__.fields.extend(ProposalMatching.__strawberry_definition__.fields)  # type: ignore[attr-defined]
Person.__strawberry_definition__.fields.extend(PersonPrivacy.__strawberry_definition__.fields)  # type: ignore[attr-defined]
Viewer.__strawberry_definition__.fields.extend(ViewerPrivacy.__strawberry_definition__.fields)  # type: ignore[attr-defined]
Viewer.__strawberry_definition__.fields.extend(ViewerNotices.__strawberry_definition__.fields)  # type: ignore[attr-defined]
MemberState.__strawberry_definition__.fields.extend(MemberStateExperience.__strawberry_definition__.fields)  # type: ignore[attr-defined]
Viewer.__strawberry_definition__.fields.extend(ViewerWorks.__strawberry_definition__.fields)  # type: ignore[attr-defined]

NODES.update(
    allocation=("Allocation", ALLOCATION_BY_ID),
    allocation_computation=("AllocationComputation", COMPUTATION_BY_ID),
    allocation_round=("AllocationRound", ROUND_BY_ID),
    api_token=("ApiToken", API_TOKEN_BY_ID),
    attachment=("Attachment", ATTACHMENT_BY_ID),
    cooperation=("Cooperation", COOPERATION_BY_ID),
    delegation=("Delegation", DELEGATION_BY_ID),
    group_settings=("GroupSettings", GROUP_SETTINGS_BY_ID),
    lab=("Lab", lab_shapes.LAB_BY_ID),
    lab_contribution=("LabContribution", lab_shapes.CONTRIBUTION_BY_ID),
    lab_milestone=("LabMilestone", lab_shapes.MILESTONE_BY_ID),
    lab_output=("LabOutput", lab_shapes.OUTPUT_BY_ID),
    lab_party=("LabParty", lab_shapes.PARTY_BY_ID),
    lab_update=("LabUpdate", lab_shapes.UPDATE_BY_ID),
    match_answer=("MatchAnswer", ANSWER_BY_ID),
    matching_weights=("MatchingWeights", WEIGHTS_BY_ID),
    nomination=("Nomination", NOMINATION_BY_ID),
    notice=("Notice", NOTICE_BY_ID),
    organisation=("Organisation", ORGANISATION_BY_ID),
    passkey=("Passkey", PASSKEY_BY_ID),
    person=("Person", PERSON_BY_ID),
    expression_of_interest=("ExpressionOfInterest", EXPRESSION_OF_INTEREST_BY_ID),
    practice=("Practice", PRACTICE_BY_ID),
    proposal=("Proposal", PROPOSAL_BY_ID),
    record_head=("RecordHead", HEAD_BY_ID),
    record_leaf=("RecordEntry", ENTRY_BY_ID),
    identity_provider=("IdentityProvider", PROVIDER_BY_ID),
    recovery=("Recovery", RECOVERY_BY_ID),
    session=("Session", SESSION_BY_ID),
    thread_message=("ThreadMessage", THREAD_MESSAGE_BY_ID),
    thread_unsealing=("ThreadUnsealing", UNSEALING_BY_ID),
    standing_search=("StandingSearch", SEARCH_BY_ID),
    standing_proposal=("StandingProposal", STANDING_PROPOSAL_BY_ID),
    translation_suggestion=("TranslationSuggestion", SUGGESTION_BY_ID),
    work=("Work", WORK_BY_ID),
)

SCHEMA = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[*ERROR_TYPES],
    extensions=[lambda: ParserCache(maxsize=256), lambda: ValidationCache(maxsize=256)],
    execution_context_class=SplicingExecutor,
    config=StrawberryConfig(scalar_map=SCALARS),
)
